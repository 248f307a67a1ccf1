import { onTestFinished } from "vitest";
import type { StackOutput } from "../../../lib/stack/outputs.ts";
import { type AwsAnswers, LocalAws } from "../../fakes/local-aws.ts";

export const SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:acme-1a2b3c";

export const BACKFILL_ARN = "arn:aws:states:eu-central-1:123456789012:stateMachine:Backfill";
export const SEALING_ARN = "arn:aws:states:eu-central-1:123456789012:stateMachine:Closing";
export const SIGNING_KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/signing";

const ALARMS = ["SlackAuditLake-acme-ingestion-lag", "SlackAuditLake-acme-no-runs"];

/** A deployed stack with the source `acme`, and those named besides; it ends with the test. */
export async function deployed(
  answers: AwsAnswers,
  {
    slackApi = "https://slack.invalid/audit/v1/",
    interval = "300",
    others = [] as string[],
    /** Of `acme`, with the key that signs its manifests. */
    hasStateMachines = false,
  } = {},
): Promise<LocalAws> {
  const outputs: StackOutput[] = [
    { OutputKey: "ArchiveBucket", OutputValue: "archive" },
    { OutputKey: "Database", OutputValue: "slack_audit_lake" },
    { OutputKey: "Workgroup", OutputValue: "slack-audit-lake" },
    { OutputKey: "CheckpointTable", OutputValue: "checkpoints" },
    { OutputKey: "ArchiveStartsOn", OutputValue: "2020-01-01" },
    ...["acme", ...others].flatMap((Description) => [
      { OutputKey: `TokenSecret${Description}`, OutputValue: SECRET_ARN, Description },
      { OutputKey: `SlackApi${Description}`, OutputValue: slackApi, Description },
      { OutputKey: `IntervalSeconds${Description}`, OutputValue: interval, Description },
    ]),
    ...(hasStateMachines
      ? [
          { OutputKey: "Backfillacme", OutputValue: BACKFILL_ARN, Description: "acme" },
          { OutputKey: "Closingacme", OutputValue: SEALING_ARN, Description: "acme" },
          { OutputKey: "SigningKey", OutputValue: SIGNING_KEY_ARN },
        ]
      : []),
  ];
  const aws = await LocalAws.start({ name: "SlackAuditLake", outputs, alarms: ALARMS }, answers);
  onTestFinished(() => aws.stop());
  return aws;
}
