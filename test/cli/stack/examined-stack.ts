import { onTestFinished, vi } from "vitest";
import { examineStack } from "../../../cli/stack/doctor.ts";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { FAKE_TOKEN, startFakeSlack } from "../../../fake-slack/fake-slack.ts";
import type { AwsAnswers } from "../../fakes/local-aws.ts";
import { deployed, SEALING_ARN } from "./deployed.ts";

export const NOW = Date.UTC(2026, 2, 10, 9) / 1000;
export const HOUR = 3600;

/** Checkpoints of a source that is well, with its last sealed day. */
export function checkpoints({ watermark = NOW - 90, sealed = "2026-03-09" } = {}): AwsAnswers {
  const checkpoint = (start: number, fields: object) => ({
    M: {
      start: { N: String(start) },
      watermark: { N: String(watermark) },
      entriesPerSecond: { N: "1" },
      ...fields,
    },
  });
  const head = { day: { S: sealed }, sequence: { N: "8" }, sha256: { S: "ab" } };
  return {
    Scan: () => ({
      Items: [
        {
          source: { S: "acme" },
          updatedAt: { N: String(watermark * 1000) },
          checkpoint: checkpoint(NOW - 200 * HOUR, {}),
        },
        {
          source: { S: "acme#close" },
          updatedAt: { N: String(watermark * 1000) },
          checkpoint: checkpoint(NOW, {
            closing: { M: { head: { M: head }, hours: { M: {} } } },
          }),
        },
      ],
    }),
  };
}

/** A stack that is well. */
const WELL: AwsAnswers = {
  ...checkpoints(),
  DescribeAlarms: () => ({ MetricAlarms: [] }),
  DescribeSecret: () => ({ CreatedDate: 1_772_200_000 }),
  ListSecretVersionIds: () => ({
    Versions: [{ VersionStages: ["AWSCURRENT"], CreatedDate: 1_772_300_000 }],
  }),
  GetSecretValue: () => ({ SecretString: JSON.stringify({ token: FAKE_TOKEN }) }),
  ListSchedules: () => ({
    Schedules: [
      ...[{ Arn: "arn:aws:lambda:eu-central-1:123456789012:function:acme-ingest" }],
      ...[{ Arn: SEALING_ARN }],
    ].map((Target, at) => ({ Name: `s${at}`, State: "ENABLED", Target })),
  }),
  SimulatePrincipalPolicy: (input) => ({
    EvaluationResults: [{ EvalActionName: input["ActionNames.member.1"], EvalDecision: "allowed" }],
  }),
};

/** The stack, with the Slack that its source reads. */
export async function examine(
  answers: AwsAnswers = {},
  options: Parameters<typeof deployed>[1] = {},
) {
  const slack = await startFakeSlack({ entries: makeEntries(3, { from: 1_772_442_000 }) });
  onTestFinished(() => slack.close());
  const aws = await deployed(
    { ...WELL, ...answers },
    { slackApi: slack.baseUrl, hasStateMachines: true, ...options },
  );
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  return { aws, examine: () => examineStack("SlackAuditLake", NOW) };
}
