import { describe, expect, it } from "vitest";
import { type AwsAnswers, AwsRefusal } from "../../fakes/local-aws.ts";
import { lastLine, run } from "../audit-lake.ts";
import { BACKFILL_ARN, deployed, SEALING_ARN } from "./deployed.ts";

/** A source that is at work, with a token, and one alarm going off. */
const AT_WORK: AwsAnswers = {
  Scan: () => ({
    Items: [
      {
        source: { S: "acme" },
        updatedAt: { N: "1772442060000" },
        leaseOwner: { S: "request-1/run" },
        leaseExpiresAt: { N: "1772442400000" },
        checkpoint: {
          M: {
            start: { N: "1772400000" },
            watermark: { N: "1772442000" },
            entriesPerSecond: { N: "3" },
            notBefore: { N: "1772442100000" },
            lateScannedAt: { N: "1772441000" },
          },
        },
      },
    ],
  }),
  GetItem: () => ({
    Item: {
      source: { S: "acme#claims" },
      version: { N: "3" },
      claims: {
        L: [
          {
            M: {
              writer: { S: "acme" },
              owner: { S: "request-1/run" },
              range: { M: { from: { N: "1772441000" }, until: { N: "9999999999" } } },
              expiresAt: { N: "1772442400000" },
            },
          },
        ],
      },
    },
  }),
  DescribeSecret: () => ({ CreatedDate: 1_772_200_000 }),
  ListSecretVersionIds: () => ({
    Versions: [{ VersionStages: ["AWSCURRENT"], CreatedDate: 1_772_300_000 }],
  }),
  DescribeAlarms: ({ AlarmNames }) => ({
    MetricAlarms: [
      {
        AlarmName: (AlarmNames as string[])[0],
        AlarmDescription:
          "The archive of acme is behind. What to do: docs/runbook.md#ingestion-lag",
        StateTransitionedTimestamp: 1_772_442_000,
      },
    ],
  }),
};

/** As it is right after the first deployment. */
const NEW: AwsAnswers = {
  Scan: () => ({ Items: [] }),
  GetItem: () => ({}),
  DescribeSecret: () => ({ CreatedDate: 1_772_300_000 }),
  ListSecretVersionIds: () => ({ Versions: [] }),
  DescribeAlarms: () => ({ MetricAlarms: [] }),
};

describe("status --stack", () => {
  it("says how far each source is, whether its token is set, and which alarms are active", async () => {
    const aws = await deployed(AT_WORK);
    const { code, stdout, stderr } = await run(["status", "--stack"], { env: aws.environment });

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.replace(/^(lag +).*$/m, "$1(by the clock)")).toBe(
      [
        "stack    SlackAuditLake, eu-central-1",
        "alarms   1 of 2 active",
        "         SlackAuditLake-acme-ingestion-lag, since 2026-03-02 09:00:00Z: The archive of acme is behind. What to do: docs/runbook.md#ingestion-lag",
        "sources  1 source",
        "",
        "source         acme",
        "token          set, last changed 2026-02-28 17:33:20Z",
        "runs           every 5 min",
        "complete from  2026-03-01 21:20:00Z",
        "complete to    2026-03-02 09:00:00Z",
        "lag            (by the clock)",
        "late scan      last started 2026-03-02 08:43:20Z",
        "current run    request-1/run, until 2026-03-02 09:06:40Z",
        "claimed        acme: from 2026-03-02 08:43:20Z on; expires 2026-03-02 09:06:40Z",
        "not before     2026-03-02 09:01:40Z",
        "last write     2026-03-02 09:01:00Z",
        "",
      ].join("\n"),
    );
  });

  it("shows which executions are running", async () => {
    const aws = await deployed(
      {
        ...AT_WORK,
        Scan: () => ({ Items: [] }),
        ListExecutions: ({ stateMachineArn }) => ({
          executions:
            stateMachineArn === BACKFILL_ARN
              ? [{ name: "backfill-7", executionArn: "arn:7", startDate: 1_772_442_000 }]
              : [{ name: "0b1c", executionArn: "arn:0b1c", startDate: 1_772_445_600 }],
        }),
      },
      { hasStateMachines: true },
    );
    const { stdout } = await run(["status", "--stack"], { env: aws.environment });

    expect(stdout).toMatch(/^running +backfill-7, since 2026-03-02 09:00:00Z$/m);
    expect(stdout).toMatch(/^running +seal, since 2026-03-02 10:00:00Z$/m);
    expect(aws.inputs("ListExecutions")).toMatchObject([
      { stateMachineArn: BACKFILL_ARN, statusFilter: "RUNNING" },
      { stateMachineArn: SEALING_ARN, statusFilter: "RUNNING" },
    ]);
  });

  it("shows which days are sealed, where it may list them", async () => {
    const head = { day: { S: "2026-03-03" }, sequence: { N: "3" }, sha256: { S: "ab".repeat(32) } };
    const closing = { M: { head: { M: head }, hours: { M: {} } } };
    const seal = {
      start: { N: "1" },
      watermark: { N: "1" },
      entriesPerSecond: { N: "0" },
      closing,
    };
    const answers: AwsAnswers = {
      ...AT_WORK,
      Scan: () => ({
        Items: [{ source: { S: "acme#close" }, updatedAt: { N: "1" }, checkpoint: { M: seal } }],
      }),
      ListObjectsV2: ({ prefix }) =>
        ["01", "02", "04"].map((day) => `${prefix}dt=2026-03-${day}.json`),
    };
    const aws = await deployed(answers);
    const { stdout } = await run(["status", "--stack"], { env: aws.environment });
    expect(stdout).toMatch(
      /^sealed +3 manifests, last 2026-03-03\n +2026-03-01 to 2026-03-02\n +2026-03-04\n/m,
    );
    expect(aws.inputs("ListObjectsV2")).toMatchObject([{ prefix: "manifests/source=acme/" }]);

    const denied = await deployed({
      ...answers,
      ListObjectsV2: () => {
        throw new AwsRefusal("AccessDenied", "no");
      },
    });
    const shown = await run(["status", "--stack"], { env: denied.environment });
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toMatch(/^sealed +3 manifests, last 2026-03-03\nhead /m);
  });

  it("prints the same as JSON", async () => {
    const aws = await deployed(AT_WORK);
    const { stdout } = await run(["status", "--stack", "SlackAuditLake", "--json"], {
      env: aws.environment,
    });

    const alarm = {
      name: "SlackAuditLake-acme-ingestion-lag",
      description: expect.stringContaining("behind"),
      sinceMs: 1_772_442_000_000,
    };
    expect(lastLine(stdout)).toEqual({
      stack: "SlackAuditLake",
      region: "eu-central-1",
      alarms: {
        count: 2,
        active: [alarm],
        ringing: [alarm],
      },
      sources: [
        {
          source: "acme",
          start: 1_772_400_000,
          watermark: 1_772_442_000,
          lagSeconds: expect.any(Number),
          complete: [{ from: 1_772_400_000, until: 1_772_442_000 }],
          lease: { owner: "request-1/run", expiresAtMs: 1_772_442_400_000 },
          notBeforeMs: 1_772_442_100_000,
          sealed: [],
          lateScannedAt: 1_772_441_000,
          lateScanPosition: null,
          claims: [
            {
              writer: "acme",
              owner: "request-1/run",
              from: 1_772_441_000,
              until: null,
              expiresAtMs: 1_772_442_400_000,
            },
          ],
          intervalSeconds: 300,
          head: null,
          lateness: null,
          backfill: null,
          executions: [],
          lastWriteMs: 1_772_442_060_000,
          token: { isSet: true, changedAtMs: 1_772_300_000_000 },
        },
      ],
    });
  });

  it("says what is missing right after the deployment, and reads no secret", async () => {
    const aws = await deployed(NEW);
    const { stdout } = await run(["status", "--stack"], { env: aws.environment });

    expect(stdout).toMatch(/^alarms +none of 2 active$/m);
    expect(stdout).toMatch(/^token +not set: store one with "audit-lake token set"$/m);
    expect(stdout).toMatch(/^complete from +no run yet$/m);
    expect(stdout).toMatch(/^last write +-$/m);
    expect(aws.inputs("GetSecretValue")).toEqual([]);
  });

  it.each<[string, string[], RegExp]>([
    [
      "another stack",
      ["--stack", "Other"],
      /no stack Other in eu-central-1: .*cdk deploy.*--stack/,
    ],
    ["a directory besides", ["--stack", "Other", "--archive", "."], /cannot be used with/],
  ])("gives one line for %s", async (_, args, message) => {
    const aws = await deployed(NEW);
    const ended = await run(["status", ...args], { env: aws.environment });

    expect(ended).toMatchObject({ code: expect.toBeOneOf([1, 2]), stdout: "" });
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toMatch(/^audit-lake: .*\n$/);
  });

  it("gives one line for a stack of another version", async () => {
    const aws = await deployed(NEW);
    aws.stack.outputs = aws.stack.outputs.filter(
      ({ OutputKey }) => OutputKey !== "CheckpointTable",
    );
    const { code, stderr } = await run(["status", "--stack"], { env: aws.environment });

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^audit-lake: .*no output CheckpointTable: deploy it with this version.*\n$/,
    );
  });

  it("gives one line when AWS does not let it", async () => {
    const aws = await deployed({
      ...NEW,
      DescribeAlarms: () => {
        throw new AwsRefusal("AccessDeniedException", "ada may not cloudwatch:DescribeAlarms");
      },
    });
    const { code, stderr } = await run(["status", "--stack"], { env: aws.environment });

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^audit-lake: AWS denied access: ada may not cloudwatch:DescribeAlarms: .*\n$/,
    );
  });
});
