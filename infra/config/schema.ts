/** The settings of config.ts as schemas: each value by itself, its bounds and its default. */

import { z } from "zod";
import { SOURCE_NAME } from "../../lib/archive/object-key.ts";
import { parseRuleOverrides, type RuleOverrides } from "../../lib/detect/configure.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { withOwnRules } from "../../lib/detect/own-rules.ts";
import { parseSuppressions, type Suppression } from "../../lib/detect/suppressions.ts";
import { isNot, list, matching, oneOf, section } from "../../lib/fields.ts";
import { routeList, targetsByName } from "../../lib/notify/target-settings.ts";
import { DEFAULT_SCHEMA_VERSION, SCHEMA_VERSIONS } from "../../lib/ocsf/classes.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { bytes, day, duration, durationOr, flag, time, timeOfDay } from "./fields.ts";
import { bundleOwnRules } from "./own-rules.ts";

/** CloudWatch Logs takes these and no other number of days. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

const kmsKeyArn = matching(
  /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
  "the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID)",
);

// S3 also takes dots, but they break TLS host names: a name with one is refused.
const bucketName = matching(
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3|--x-s3|--table-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  "a bucket name: 3 to 63 of a-z, 0-9 and -, with a letter or digit at both ends and no prefix or suffix that S3 reserves",
);

const sourceName = matching(
  SOURCE_NAME,
  "a source name: 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends",
);

const source = section({
  name: sourceName,
  apiBase: matching(
    /^https:\/\/[\w.-]+(?::\d+)?\/(?:[\w.-]+\/)*$/,
    'an https URL that ends in "/", such as "https://api.slack.com/audit/v1/"',
  ).default("https://api.slack.com/audit/v1/"),
  tokenRotation: flag.default(false),
  enabled: flag.default(true),
  schedule: duration("1m", "1d", "m").prefault("5m"),
  firstStart: time.optional(),
  settleDelay: duration("0s", "1h", "s").prefault("60s"),
  allowedLateness: duration("0s", "2d", "s").prefault("15m"),
  alarms: section({
    lag: duration("5m", "7d", "m").prefault("30m"),
    silence: durationOr("off", "1h", "7d", "h").prefault("1d"),
  }).prefault({}),
});

const archive = section({
  bucketName: bucketName.optional(),
  existingBucket: section({ name: bucketName, kmsKeyArn: kmsKeyArn.optional() }).optional(),
  tiers: list(
    section({
      storageClass: oneOf(["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"]),
      after: duration("1d", "3650d", "d"),
    }),
    "a list of { storageClass, after }",
  ).optional(),
  retention: durationOr("forever", "1d", "36500d", "d").optional(),
  objectLock: section({
    mode: oneOf(["GOVERNANCE", "COMPLIANCE"]),
    for: duration("1d", "36500d", "d"),
  }).optional(),
});

const catalog = section({
  database: matching(
    /^[a-z][a-z0-9_]{0,127}$/,
    "a Glue database name: a letter a-z, then up to 127 of a-z, 0-9 and _",
  ).optional(),
  workgroup: matching(
    /^[\w.-]{1,128}$/,
    "a workgroup name: 1 to 128 letters, digits, dots, _ and -",
  ).optional(),
  bytesScannedCutoff: bytes("10MB").prefault("100GB"),
  resultsRetention: duration("1d", "3650d", "d").prefault("30d"),
  namedAfterStack: flag.default(false),
  lakeFormation: oneOf(["off", "functions", "readers"]).default("off"),
  queries: matching(/\S/, "a folder").optional(),
});

const reader = section({
  name: matching(
    /^[a-z][a-z0-9-]{0,31}$/,
    "a reader's name: a letter, then up to 31 of a-z, 0-9 and -",
  ),
  principals: list(
    matching(
      /^(?:\d{12}|arn:aws[\w-]*:iam::\d{12}:(?:root|(?:role|user)\/[\w+=,.@/-]+))$/,
      "an account (12 digits) or the ARN of a role or user (arn:aws:iam::ACCOUNT:role/NAME)",
    ),
    "a list of accounts and ARNs",
  ).min(1, { error: "is empty; name who may take the role" }),
  externalId: matching(
    /^[\w+=,.@:/-]{2,1224}$/,
    "an external id: 2 to 1224 letters, digits and _+=,.@:/-",
  ).optional(),
  sources: list(sourceName, "a list of source names")
    .min(1, { error: "is empty; leave it out for all" })
    .optional(),
  masked: flag.default(false),
});

const alerts = section({
  email: list(
    matching(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address"),
    "a list of e-mail addresses",
  ).default([]),
  existingTopic: section({
    arn: matching(
      /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/,
      "the ARN of a standard SNS topic (arn:aws:sns:REGION:ACCOUNT:NAME)",
    ),
    kmsKeyArn: kmsKeyArn.optional(),
  }).optional(),
});

const closing = section({
  enabled: flag.default(true),
  at: timeOfDay.default("03:00"),
  delay: duration("1m", "7d", "s").prefault("2h"),
  sign: flag.default(false),
  compact: flag.optional(),
});

const ocsf = section({
  enabled: flag.default(false),
  schemaVersion: oneOf(SCHEMA_VERSIONS).default(DEFAULT_SCHEMA_VERSION),
});

const weeklyReport = section({
  enabled: flag.default(false),
  at: timeOfDay.default("06:00"),
});

/** What the product reads of a value itself; an error that it throws says what is wrong with it. */
function readBy<T>(context: z.RefinementCtx, path: PropertyKey[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    context.addIssue({ code: "custom", path, message: (error as Error).message });
    return z.NEVER;
  }
}

/** Where a secret is. What looks like a secret is refused, and not quoted. */
const secretId = z
  .string({ error: "is missing; write the name or the whole ARN of a secret in Secrets Manager" })
  .regex(
    /^(?:arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+-\w{6}|(?!whsec_|xox|ATATT|https?:)[\w/+=.@-]{1,256})$/,
    {
      error:
        "must be the name or the whole ARN of a secret in Secrets Manager, never the secret itself",
    },
  );

const contextFile = matching(/\S/, "a file");

const ownRules = matching(/\S/, "a folder").transform((folder, context) =>
  readBy(context, [], () => bundleOwnRules(folder)),
);

const detectionSection = section({
  enabled: flag.default(true),
  rules: z.custom<RuleOverrides>().default({}),
  ownRules: ownRules.optional(),
  context: section({
    countries: contextFile.optional(),
    networkOwners: contextFile.optional(),
    torExits: contextFile.optional(),
    threatLists: list(contextFile, "a list of files").default([]),
    networks: contextFile.optional(),
    slackAllowList: contextFile.optional(),
    staff: contextFile.optional(),
  }).prefault({}),
  addressTable: flag.default(false),
  suppressions: z.custom<readonly Suppression[]>().default([]),
  alertPeriod: duration("1m", "7d", "s").prefault("1h"),
  maxEntryAge: duration("1d", "365d", "d").prefault("14d"),
  ownAppIds: list(matching(/^A[A-Z0-9]+$/, "an app's id (A…)"), "a list of app ids").default([]),
  ownInstallerIds: list(
    matching(/^[UW][A-Z0-9]+$/, "a user's id (U… or W…)"),
    "a list of user ids",
  ).default([]),
  alertLog: flag.optional(),
  targets: targetsByName(secretId).default({}),
  routes: routeList.default([]),
});

/** Settings and suppressions may name rules of one's own. */
const detection = detectionSection.transform((given, context) => {
  const known = withOwnRules(DETECTIONS, given.ownRules?.rules ?? []);
  return {
    ...given,
    rules: readBy(context, ["rules"], () => parseRuleOverrides(given.rules, known)),
    suppressions: readBy(context, ["suppressions"], () =>
      parseSuppressions(given.suppressions, known),
    ),
  };
});

const lake = {
  archiveStartsOn: day,
  sources: list(source, "a list of sources").min(1, {
    error: "is empty; name at least one source",
  }),
  archive: archive.prefault({}),
  catalog: catalog.prefault({}),
  readers: list(reader, "a list of readers").default([]),
  alerts: alerts.prefault({}),
  dashboard: flag.default(true),
  closing: closing.prefault({}),
  detection: detection.prefault({}),
  ocsf: ocsf.prefault({}),
  weeklyReport: weeklyReport.prefault({}),
  kmsKeyArn: kmsKeyArn.optional(),
  previousKeyArns: list(kmsKeyArn, "a list of ARNs of KMS keys").default([]),
  logRetention: duration("1d", "3653d", "d")
    .refine((seconds) => LOG_RETENTION_DAYS.includes(seconds / SECONDS_PER_DAY), {
      error: ({ input }) =>
        `"${Number(input) / SECONDS_PER_DAY}d" is not one of CloudWatch's: ${LOG_RETENTION_DAYS.map((days) => `${days}d`).join(", ")}`,
    })
    .prefault("90d"),
  removalPolicy: oneOf(["retain", "destroy"]).default("retain"),
};

/** Of `SlackAuditLakeProps`. */
export const lakeSchema = section(lake);

/** Of `AuditLakeConfig`. */
export const configSchema = section({
  stackName: matching(
    /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
    "a stack name: a letter, then up to 127 letters, digits and -",
  ).default(DEFAULT_STACK_NAME),
  environment: section({
    account: matching(/^\d{12}$/, "an account: 12 digits in quotes"),
    region: matching(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region such as "eu-central-1"'),
  }).optional(),
  ...lake,
  tags: z
    .record(z.string(), matching(/^.{0,256}$/, "a tag value: at most 256 characters"), {
      error: isNot("an object of tag keys and values"),
    })
    .default({}),
  permissionsBoundaryArn: matching(
    /^arn:aws[\w-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/,
    "the ARN of a managed policy (arn:aws:iam::ACCOUNT:policy/NAME)",
  ).optional(),
});

/** With every default filled in; durations in seconds, sizes in bytes. */
export type LakeConfig = z.output<typeof lakeSchema>;
export type Config = z.output<typeof configSchema>;
export type ReaderConfig = LakeConfig["readers"][number];
export type SourceConfig = LakeConfig["sources"][number];
