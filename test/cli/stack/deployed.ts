import { onTestFinished } from "vitest";
import type { StackOutput } from "../../../lib/stack/outputs.ts";
import packageJson from "../../../package.json" with { type: "json" };
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
    version = packageJson.version,
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
    { OutputKey: "Version", OutputValue: version },
    ...["acme", ...others].flatMap((Description) => [
      { OutputKey: `TokenSecret${Description}`, OutputValue: SECRET_ARN, Description },
      { OutputKey: `Function${Description}`, OutputValue: `${Description}-ingest`, Description },
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
  const resources = [
    {
      type: "AWS::Scheduler::ScheduleGroup",
      ...{ logicalId: "IngestionSchedules", physicalId: "schedules" },
    },
    {
      type: "AWS::IAM::Role",
      ...{ logicalId: "IngestionacmeFunctionRole1A2B", physicalId: "acme-role" },
    },
  ];
  const aws = await LocalAws.start(
    { name: "SlackAuditLake", outputs, alarms: ALARMS, resources },
    answers,
  );
  onTestFinished(() => aws.stop());
  return aws;
}
