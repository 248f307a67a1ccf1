import { describe, expect, it } from "vitest";
import type { AuditLakeConfig } from "../../../infra/config/config.ts";
import { ConfigError, parseConfig } from "../../../infra/config/parse.ts";
import { MINIMAL_CONFIG } from "../synthesize.ts";

function problems(value: unknown): string {
  try {
    parseConfig(value, "audit-lake.config.ts");
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error("the configuration was accepted");
}

const source = (fields: object) => ({ sources: [{ name: "acme", ...fields }] });

describe("parseConfig", () => {
  it("fills in the defaults, in seconds and bytes", () => {
    expect(parseConfig(MINIMAL_CONFIG, "test")).toEqual({
      stackName: "SlackAuditLake",
      archiveStartsOn: "2026-01-01",
      sources: [
        {
          name: "acme",
          apiBase: "https://api.slack.com/audit/v1/",
          enabled: true,
          schedule: 300,
          tokenRotation: false,
          settleDelay: 60,
          allowedLateness: 900,
          alarms: { lag: 1800, silence: 86_400 },
        },
      ],
      archive: {},
      catalog: {
        bytesScannedCutoff: 100_000_000_000,
        resultsRetention: 30 * 86_400,
        namedAfterStack: false,
        lakeFormation: "off",
      },
      readers: [],
      dashboard: true,
      alerts: { email: [] },
      closing: { enabled: true, at: "03:00", delay: 7200, sign: false },
      detection: {
        enabled: true,
        rules: {},
        addressTable: false,
        context: { threatLists: [] },
        suppressions: [],
        alertPeriod: 3600,
        maxEntryAge: 14 * 86_400,
        ownAppIds: [],
        ownInstallerIds: [],
        targets: {},
        routes: [],
      },
      ocsf: { enabled: false, schemaVersion: "1.5.0" },
      weeklyReport: { enabled: false, at: "06:00" },
      previousKeyArns: [],
      logRetention: 90 * 86_400,
      removalPolicy: "retain",
      tags: {},
    });
  });

  it("takes everything that can be set", () => {
    const config: AuditLakeConfig = {
      stackName: "Audit",
      environment: { account: "123456789012", region: "us-gov-west-1" },
      archiveStartsOn: "2018-03-01",
      sources: [
        {
          name: "acme-gov",
          apiBase: "https://api.slack-gov.com/audit/v1/",
          enabled: false,
          schedule: "15m",
          firstStart: "2024-02-29T12:00:00Z",
          settleDelay: "0s",
          allowedLateness: "25h",
          alarms: { lag: "1h", silence: "off" },
        },
      ],
      archive: {
        bucketName: "acme-slack-audit",
        tiers: [{ storageClass: "GLACIER_IR", after: "1d" }],
        retention: "2557d",
        objectLock: { mode: "COMPLIANCE", for: "365d" },
      },
      catalog: {
        database: "audit",
        workgroup: "audit",
        bytesScannedCutoff: "10MB",
        resultsRetention: "1d",
        namedAfterStack: true,
        lakeFormation: "readers",
      },
      readers: [
        {
          name: "analysts",
          principals: ["arn:aws:iam::123456789012:role/team/Analyst", "210987654321"],
          externalId: "acme-audit",
          sources: ["acme-gov"],
          masked: true,
        },
      ],
      alerts: { email: ["security@example.com"] },
      closing: { enabled: true, at: "23:59", delay: "2d", sign: true, compact: false },
      detection: {
        enabled: false,
        rules: { "app-installed": "off", "admin-granted": "critical" },
        alertPeriod: "1d",
        maxEntryAge: "365d",
        ownAppIds: ["A0123456789"],
        ownInstallerIds: ["W0123456789"],
      },
      kmsKeyArn:
        "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef",
      logRetention: "1827d",
      removalPolicy: "retain",
      tags: { team: "security", "cost center": "" },
      permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
    };

    expect(parseConfig(config, "test").sources[0]?.allowedLateness).toBe(25 * 3600);
  });

  it.each([
    [
      "an unknown key",
      { bucket: "x" },
      /^audit-lake.config.ts: unknown key "bucket"; allowed: .*archive/,
    ],
    [
      "an unknown key deep inside",
      source({ alarms: { lags: "1h" } }),
      /: sources\[0\]\.alarms: unknown key "lags"; allowed: lag, silence$/,
    ],
    [
      "a unit in words",
      source({ schedule: "5 minutes" }),
      /: sources\[0\]\.schedule: "5 minutes" is not a duration from "1m" to "1d" in whole minutes/,
    ],
    [
      "a number without a unit",
      source({ settleDelay: 60 }),
      /: sources\[0\]\.settleDelay: 60 is not a duration/,
    ],
    [
      "a schedule finer than minutes",
      source({ schedule: "90s" }),
      /"90s" is not a duration from "1m" to "1d" in whole minutes/,
    ],
    ["a schedule that is too rare", source({ schedule: "2d" }), /"2d" is not a duration from "1m"/],
    [
      "a source name with capitals",
      source({ name: "Acme" }),
      /: sources\[0\]\.name: "Acme" is not a source name: 1 to 63 of a-z, 0-9 and -/,
    ],
    [
      "a source that is there twice",
      { sources: [{ name: "a" }, { name: "a" }] },
      /: sources\[1\]\.name: "a" is there twice/,
    ],
    [
      "settings of a rule for a source that is not there",
      { detection: { rules: { "admin-granted": { sources: { b: "off" } } } } },
      /: detection\.rules\.admin-granted\.sources: "b" is no source; there is \w+$/,
    ],
    [
      "a reader of a source that is not there",
      { readers: [{ name: "a", principals: ["123456789012"], sources: ["b"] }] },
      /: readers\[0\]\.sources: "b" is no source/,
    ],
    [
      "a secret where its name belongs",
      {
        detection: {
          targets: { a: { type: "slack", secret: "https://hooks.slack.com/x" } },
          routes: [{ targets: ["a"] }],
        },
      },
      /: detection\.targets\.a\.secret: must be the name or the whole ARN of a secret in Secrets Manager, never the secret itself$/,
    ],
    [
      "a route to a target that is not there",
      { detection: { routes: [{ targets: ["soc"] }] } },
      /: detection\.routes\[0\]\.targets\[0\]: is no target/,
    ],
    [
      "a route of a rule that is not there",
      {
        detection: {
          targets: { a: { type: "slack", secret: "s" } },
          routes: [{ rules: ["app"], targets: ["a"] }],
        },
      },
      /: detection\.routes\[0\]\.rules\[0\]: is no rule; docs\/reference\/detections\.md/,
    ],
    [
      "a target in no route",
      { detection: { targets: { a: { type: "slack", secret: "s" } } } },
      /: detection\.targets\.a: is in no route, so it would get nothing$/,
    ],
    [
      "targets that CloudFormation would not tell apart",
      {
        detection: {
          targets: {
            "a-b": { type: "slack", secret: "s" },
            ab: { type: "slack", secret: "s" },
          },
          routes: [{ targets: ["a-b", "ab"] }],
        },
      },
      /: detection\.targets\.ab: and "a-b" differ only in hyphens/,
    ],
    [
      "targets of a detection that is off",
      {
        detection: {
          enabled: false,
          targets: { a: { type: "slack", secret: "s" } },
          routes: [{ targets: ["a"] }],
        },
      },
      /: detection\.targets: get nothing while detection is not enabled$/,
    ],
    [
      "readers that CloudFormation would not tell apart",
      {
        readers: [
          { name: "a-b", principals: ["123456789012"] },
          { name: "ab", principals: ["123456789012"] },
        ],
      },
      /: readers\[1\]\.name: "ab" is there twice, hyphens aside/,
    ],
    [
      "a reader that anybody could be",
      { readers: [{ name: "a", principals: ["*"] }] },
      /: readers\[0\]\.principals\[0\]: "\*" is not an account \(12 digits\) or the ARN/,
    ],
    [
      "sources that CloudFormation would not tell apart",
      { sources: [{ name: "acme-gov" }, { name: "acmegov" }] },
      /: sources\[1\]\.name: "acmegov" and "acme-gov" differ only in hyphens/,
    ],
    [
      "an alarm on a lag that every run has",
      source({ schedule: "30m", alarms: { lag: "30m" } }),
      /: sources\[0\]\.alarms\.lag: must be longer than the schedule's 30 minutes/,
    ],
    [
      "an alarm on a silence between two runs",
      source({ schedule: "1d", alarms: { lag: "2d", silence: "23h" } }),
      /: sources\[0\]\.alarms\.silence: must be no shorter than the schedule's 1440 minutes/,
    ],
    ["no source", { sources: [] }, /: sources: is empty; name at least one source$/],
    [
      "a base URL over http",
      source({ apiBase: "http://api.slack.com/audit/v1/" }),
      /: sources\[0\]\.apiBase: .* is not an https URL/,
    ],
    [
      "a first start that no calendar has",
      source({ firstStart: "2026-02-30T00:00:00Z" }),
      /: sources\[0\]\.firstStart: .* that the calendar has$/,
    ],
    [
      "a first start before the archive",
      source({ firstStart: "2025-12-31T23:59:59Z" }),
      /is before archiveStartsOn "2026-01-01"/,
    ],
    [
      "an archive older than the API",
      { archiveStartsOn: "2018-02-28" },
      /: archiveStartsOn: "2018-02-28" is too early/,
    ],
    [
      "a start that is missing",
      { archiveStartsOn: undefined },
      /: archiveStartsOn: is missing; write a day written YYYY-MM-DD/,
    ],
    [
      "a bucket name with dots",
      { archive: { bucketName: "a.b.c" } },
      /: archive\.bucketName: "a\.b\.c" is not a bucket name: 3 to 63 of a-z/,
    ],
    [
      "a bucket name that S3 reserves",
      { archive: { bucketName: "logs-s3alias" } },
      /"logs-s3alias" is not a bucket name/,
    ],
    [
      "a database that Glue cannot take",
      { catalog: { database: "slack-audit" } },
      /: catalog\.database: "slack-audit" is not a Glue database name/,
    ],
    [
      "a cut-off without a unit",
      { catalog: { bytesScannedCutoff: 1e9 } },
      /: catalog\.bytesScannedCutoff: 1000000000 is not a size from "10MB" up/,
    ],
    [
      "a cut-off under Athena's least",
      { catalog: { bytesScannedCutoff: "9MB" } },
      /"9MB" is not a size from "10MB" up/,
    ],
    [
      "a retention that CloudWatch lacks",
      { logRetention: "45d" },
      /: logRetention: "45d" is not one of CloudWatch's: 1d, 3d/,
    ],
    [
      "a storage class that Athena cannot read",
      { archive: { tiers: [{ storageClass: "DEEP_ARCHIVE", after: "90d" }] } },
      /"DEEP_ARCHIVE" is not one of STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR$/,
    ],
    [
      "tiers in the wrong order",
      {
        archive: {
          tiers: [
            { storageClass: "GLACIER_IR", after: "90d" },
            { storageClass: "STANDARD_IA", after: "90d" },
          ],
        },
      },
      /: archive\.tiers\[1\]\.after: is not later/,
    ],
    [
      "a tier earlier than S3 allows",
      { archive: { tiers: [{ storageClass: "STANDARD_IA", after: "29d" }] } },
      /S3 takes STANDARD_IA from "30d"/,
    ],
    [
      "a retention before the last tier",
      { archive: { retention: "90d", tiers: [{ storageClass: "STANDARD_IA", after: "90d" }] } },
      /: archive\.retention: is over before the last tier/,
    ],
    [
      "a retention shorter than the lock",
      { archive: { retention: "90d", objectLock: { mode: "GOVERNANCE", for: "91d" } } },
      /: archive\.retention: is shorter than objectLock\.for/,
    ],
    [
      "settings for a bucket that exists",
      { archive: { existingBucket: { name: "logs" }, retention: "90d" } },
      /: archive\.retention: cannot stand beside existingBucket/,
    ],
    [
      "a lock on what shall be destroyed",
      { removalPolicy: "destroy", archive: { objectLock: { mode: "GOVERNANCE", for: "1d" } } },
      /: removalPolicy: "destroy" cannot delete/,
    ],
    [
      "destroying a bucket that is not ours",
      { removalPolicy: "destroy", archive: { existingBucket: { name: "logs" } } },
      /: removalPolicy: "destroy" does not reach/,
    ],
    [
      "an unknown removal policy",
      { removalPolicy: "delete" },
      /: removalPolicy: "delete" is not one of retain, destroy$/,
    ],
    [
      "addresses for a topic that exists",
      {
        alerts: {
          email: ["a@b.example"],
          existingTopic: { arn: "arn:aws:sns:eu-central-1:123456789012:t" },
        },
      },
      /: alerts\.email: cannot stand beside existingTopic/,
    ],
    [
      "what is no e-mail address",
      { alerts: { email: ["security"] } },
      /: alerts\.email\[0\]: "security" is not an e-mail address$/,
    ],
    [
      "a detection rule that there is not",
      { detection: { rules: { "app-instaled": "off" } } },
      /: detection\.rules: .*no rule is called "app-instaled"/,
    ],
    [
      "a severity that there is not",
      { detection: { rules: { "app-installed": "urgent" } } },
      /: detection\.rules: .*give each rule one of off, info, low, medium, high, critical/,
    ],
    [
      "a name for an app's id",
      { detection: { ownAppIds: ["audit lake"] } },
      /: detection\.ownAppIds\[0\]: "audit lake" is not an app's id/,
    ],
    [
      "an alias for a key",
      { kmsKeyArn: "alias/x" },
      /: kmsKeyArn: "alias\/x" is not the ARN of a KMS key/,
    ],
    [
      "a compact table whose files are deleted some day",
      { archive: { retention: "365d" }, closing: { compact: true } },
      /: closing\.compact: cannot stand beside archive\.retention/,
    ],
    [
      "a time of day that no clock has",
      { closing: { at: "24:00" } },
      /: closing\.at: "24:00" is not a time of day in UTC written HH:MM$/,
    ],
    [
      "an address table without files",
      { detection: { addressTable: true, context: { torExits: "exits.txt" } } },
      /: detection\.addressTable: would be empty: give detection\.context countries, /,
    ],
    [
      "a day sealed while late entries are still looked for",
      source({ allowedLateness: "2h" }),
      /: closing\.delay: must be longer than the 120 minutes in which acme looks for late entries/,
    ],
    [
      "an account as a number",
      { environment: { account: 123456789012, region: "eu-central-1" } },
      /: environment\.account: 123456789012 is not an account: 12 digits in quotes$/,
    ],
    [
      "a tag key that AWS keeps for itself",
      { tags: { "aws:x": "y" } },
      /: tags: "aws:x" is not a tag key/,
    ],
    [
      "a boundary that is no policy",
      { permissionsBoundaryArn: "arn:aws:iam::123456789012:role/x" },
      /: permissionsBoundaryArn: .* is not the ARN of a managed policy/,
    ],
    [
      "a stack name with an underscore",
      { stackName: "audit_lake" },
      /: stackName: "audit_lake" is not a stack name/,
    ],
  ])("refuses %s", (_what, overrides, message) => {
    const text = problems({ ...MINIMAL_CONFIG, ...overrides });

    expect(text).toMatch(message);
    expect(text).not.toContain("\n");
  });

  it("reports every problem on a line of its own", () => {
    expect(
      problems({ ...MINIMAL_CONFIG, removalPolicy: "x", stackName: "1" }).split("\n"),
    ).toHaveLength(2);
  });

  it.each([undefined, null, 7, []])("refuses %s in place of a configuration", (value) => {
    expect(problems(value)).toMatch(/^audit-lake\.config\.ts: .*an object with the keys stackName/);
  });
});
