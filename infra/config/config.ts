/**
 * What a deployment is made of: one file, `audit-lake.config.ts`, checked
 * before anything is synthesized.
 */

import { z } from "zod";
import { SOURCE_NAME } from "../../lib/archive/object-key.ts";
import {
  parseRuleOverrides,
  RuleConfigurationError,
  type RuleOverrides,
} from "../../lib/detect/configure.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import {
  bytes,
  day,
  duration,
  durationOr,
  flag,
  isNot,
  list,
  matching,
  oneOf,
  section,
  time,
  timeOfDay,
} from "./fields.ts";

/** The file says something that cannot be deployed. One line a problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "config_invalid";
}

/** Slack has no audit logs from before this day. */
const FIRST_DAY_OF_AUDIT_LOGS = "2018-03-01";

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

const source = section({
  /** Name of the organization in keys, partitions and alarms. It cannot change later. */
  name: matching(
    SOURCE_NAME,
    "a source name: 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends",
  ),
  /** Where the Audit Logs API is. GovSlack: https://api.slack-gov.com/audit/v1/ */
  apiBase: matching(
    /^https:\/\/[\w.-]+(?::\d+)?\/(?:[\w.-]+\/)*$/,
    'an https URL that ends in "/", such as "https://api.slack.com/audit/v1/"',
  ).default("https://api.slack.com/audit/v1/"),
  /** False: no runs and no alarms, but secret, checkpoint and partition stay. */
  enabled: flag.default(true),
  /** How often a run starts. */
  schedule: duration("1m", "1d", "m").prefault("5m"),
  /** Where the first run begins, UTC. Default: 24 hours before it. */
  firstStart: time.optional(),
  /** How long an entry gets to become visible before its window is read. */
  settleDelay: duration("0s", "1h", "s").prefault("60s"),
  /** How far back entries that appear late are looked for. */
  allowedLateness: duration("0s", "2d", "s").prefault("15m"),
  alarms: section({
    /** The watermark is further behind than this. */
    lag: duration("5m", "7d", "m").prefault("30m"),
    /** No new entry for this long, in an organization that always has some. */
    silence: durationOr("off", "1h", "7d", "h").prefault("1d"),
  }).prefault({}),
});

const archive = section({
  /** Default: a name that CloudFormation makes. */
  bucketName: bucketName.optional(),
  /**
   * Write to a bucket that exists. It keeps its own policy, life cycle and
   * encryption, and must send its events to EventBridge.
   */
  existingBucket: section({ name: bucketName, kmsKeyArn: kmsKeyArn.optional() }).optional(),
  /** When objects move to a cheaper class; only classes that Athena can read. Default: never. */
  tiers: list(
    section({
      storageClass: oneOf(["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"]),
      after: duration("1d", "3650d", "d"),
    }),
    "a list of { storageClass, after }",
  ).optional(),
  /** When objects are deleted. Default: "forever" keeps them. */
  retention: durationOr("forever", "1d", "36500d", "d").optional(),
  /** Write once, read many. It can only be chosen when the bucket is made. */
  objectLock: section({
    mode: oneOf(["GOVERNANCE", "COMPLIANCE"]),
    for: duration("1d", "36500d", "d"),
  }).optional(),
});

const catalog = section({
  /** Glue database of the table and the view. */
  database: matching(
    /^[a-z][a-z0-9_]{0,127}$/,
    "a Glue database name: a letter a-z, then up to 127 of a-z, 0-9 and _",
  ).default("slack_audit_lake"),
  workgroup: matching(
    /^[\w.-]{1,128}$/,
    "a workgroup name: 1 to 128 letters, digits, dots, _ and -",
  ).default("slack-audit-lake"),
  /** Athena cancels a query that reads more than this. */
  bytesScannedCutoff: bytes("10MB").prefault("100GB"),
  /** How long query results are kept. */
  resultsRetention: duration("1d", "3650d", "d").prefault("30d"),
});

const alerts = section({
  /** Addresses that get alarms and alerts; each confirms once. */
  email: list(
    matching(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address"),
    "a list of e-mail addresses",
  ).default([]),
  /** Send alarms and alerts to a topic that exists instead of a new one. */
  existingTopic: section({
    arn: matching(
      /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/,
      "the ARN of a standard SNS topic (arn:aws:sns:REGION:ACCOUNT:NAME)",
    ),
    kmsKeyArn: kmsKeyArn.optional(),
  }).optional(),
});

const closing = section({
  /** False: no day is reconciled and sealed. */
  enabled: flag.default(true),
  /** When, UTC. */
  at: timeOfDay.default("03:00"),
  /** How long after its end a day is sealed at the earliest; longer than any allowedLateness. */
  delay: duration("1m", "7d", "s").prefault("2h"),
  /** Sign each manifest with a key of KMS that nobody can take out. */
  sign: flag.default(false),
  /**
   * Put sealed days into a table of columns, which long queries read instead of
   * the lines. Default: unless archive.retention deletes its files some day.
   */
  compact: flag.optional(),
});

const detection = section({
  /** False: no rules over new objects, no daily look at Slack's schemas. */
  enabled: flag.default(true),
  /** By rule id (docs/detections.md): "off", or the severity to use. */
  rules: z
    .custom<RuleOverrides>()
    .superRefine((rules, context) => {
      try {
        parseRuleOverrides(rules);
      } catch (error) {
        if (!(error instanceof RuleConfigurationError)) {
          throw error;
        }
        context.addIssue({ code: "custom", message: error.message });
      }
    })
    .default({}),
  /** The same alert comes once in as long as this. */
  alertPeriod: duration("1m", "7d", "s").prefault("1h"),
  /** Objects whose entries were older when they were written raise no alerts. */
  maxEntryAge: duration("1d", "365d", "d").prefault("14d"),
  /** Ids of the Slack apps whose tokens fill the archive: to hear when one is removed. */
  ownAppIds: list(matching(/^A[A-Z0-9]+$/, "an app's id (A…)"), "a list of app ids").default([]),
  /** Ids of the people who installed them: to hear when one loses access. */
  ownInstallerIds: list(
    matching(/^[UW][A-Z0-9]+$/, "a user's id (U… or W…)"),
    "a list of user ids",
  ).default([]),
});

const schema = section({
  /** Name of the CloudFormation stack. */
  stackName: matching(
    /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
    "a stack name: a letter, then up to 127 letters, digits and -",
  ).default(DEFAULT_STACK_NAME),
  /** Where to deploy. Default: the account and region of the CDK command line. */
  environment: section({
    account: matching(/^\d{12}$/, "an account: 12 digits in quotes"),
    region: matching(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region such as "eu-central-1"'),
  }).optional(),
  /**
   * The first day that the archive will ever hold, UTC. Queries that name no
   * day begin here, so an early one makes them list years of empty partitions.
   */
  archiveStartsOn: day,
  /** One per Slack organization. */
  sources: list(source, "a list of sources").min(1, {
    error: "is empty; name at least one source",
  }),
  archive: archive.prefault({}),
  catalog: catalog.prefault({}),
  alerts: alerts.prefault({}),
  closing: closing.prefault({}),
  detection: detection.prefault({}),
  /**
   * A key for everything the stack encrypts. Its policy must let the account's
   * roles use it, and cloudwatch.amazonaws.com and events.amazonaws.com decrypt
   * and generate data keys. Default: the stack makes one.
   */
  kmsKeyArn: kmsKeyArn.optional(),
  /** How long the functions' logs are kept. */
  logRetention: duration("1d", "3653d", "d")
    .refine((seconds) => LOG_RETENTION_DAYS.includes(seconds / SECONDS_PER_DAY), {
      error: ({ input }) =>
        `"${Number(input) / SECONDS_PER_DAY}d" is not one of CloudWatch's: ${LOG_RETENTION_DAYS.map((days) => `${days}d`).join(", ")}`,
    })
    .prefault("90d"),
  /** What `cdk destroy` does to archive, checkpoints, secrets and key. */
  removalPolicy: oneOf(["retain", "destroy"]).default("retain"),
  tags: z
    .record(z.string(), matching(/^.{0,256}$/, "a tag value: at most 256 characters"), {
      error: isNot("an object of tag keys and values"),
    })
    .default({}),
  /** A managed policy that bounds every role of the stack. */
  permissionsBoundaryArn: matching(
    /^arn:aws[\w-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/,
    "the ARN of a managed policy (arn:aws:iam::ACCOUNT:policy/NAME)",
  ).optional(),
});

/** What a person writes in `audit-lake.config.ts`. */
export type AuditLakeConfig = z.input<typeof schema>;
/** The same with every default filled in; durations in seconds, sizes in bytes. */
export type Config = z.output<typeof schema>;
export type SourceConfig = Config["sources"][number];

/** A value that is right by itself and wrong beside another. */
type Contradiction = { path: PropertyKey[]; message: string };

function* contradictions(config: Config): Generator<Contradiction> {
  const { archiveStartsOn, sources, closing, alerts, removalPolicy } = config;
  if (archiveStartsOn < FIRST_DAY_OF_AUDIT_LOGS) {
    yield {
      path: ["archiveStartsOn"],
      message: `"${archiveStartsOn}" is too early; Slack has nothing before "${FIRST_DAY_OF_AUDIT_LOGS}"`,
    };
  }
  for (const [index, source] of sources.entries()) {
    const { name, firstStart, schedule, allowedLateness, alarms } = source;
    if (sources.findIndex((other) => other.name === name) !== index) {
      yield {
        path: ["sources", index, "name"],
        message: `"${name}" is there twice; each source needs its own name`,
      };
    }
    const withoutHyphens = name.replaceAll("-", "");
    const alike = sources
      .slice(0, index)
      .find((other) => other.name !== name && other.name.replaceAll("-", "") === withoutHyphens);
    if (alike !== undefined) {
      yield {
        path: ["sources", index, "name"],
        message: `"${name}" and "${alike.name}" differ only in hyphens, which CloudFormation's names leave out`,
      };
    }
    if (alarms.lag <= schedule) {
      yield {
        path: ["sources", index, "alarms", "lag"],
        message: `must be longer than the schedule's ${schedule / 60} minutes, or the alarm would never rest`,
      };
    }
    if (alarms.silence !== "off" && alarms.silence < schedule) {
      yield {
        path: ["sources", index, "alarms", "silence"],
        message: `must be no shorter than the schedule's ${schedule / 60} minutes, in which there is nothing to hear`,
      };
    }
    if (closing.enabled && allowedLateness >= closing.delay) {
      yield {
        path: ["closing", "delay"],
        message: `must be longer than the ${allowedLateness / 60} minutes in which ${name} looks for late entries (allowedLateness)`,
      };
    }
    if (firstStart !== undefined && firstStart < archiveStartsOn) {
      yield {
        path: ["sources", index, "firstStart"],
        message: `"${firstStart}" is before archiveStartsOn "${archiveStartsOn}", so queries would not see its first entries`,
      };
    }
  }
  yield* archiveContradictions(config.archive);
  if (closing.compact === true && typeof config.archive.retention === "number") {
    yield {
      path: ["closing", "compact"],
      message: "cannot stand beside archive.retention, which would delete the files of its table",
    };
  }
  if (config.archive.objectLock !== undefined && removalPolicy === "destroy") {
    yield {
      path: ["removalPolicy"],
      message: `"destroy" cannot delete objects under objectLock; write "retain"`,
    };
  }
  if (config.archive.existingBucket !== undefined && removalPolicy === "destroy") {
    yield {
      path: ["removalPolicy"],
      message: `"destroy" does not reach an existingBucket; write "retain"`,
    };
  }
  if (alerts.existingTopic !== undefined && alerts.email.length > 0) {
    yield {
      path: ["alerts", "email"],
      message: "cannot stand beside existingTopic; subscribe the addresses to that topic",
    };
  }
  for (const key of Object.keys(config.tags)) {
    if (!/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)) {
      yield {
        path: ["tags"],
        message: `${JSON.stringify(key)} is not a tag key: 1 to 128 letters, digits, spaces and _.:/=+-@, not beginning with aws:`,
      };
    }
  }
}

function* archiveContradictions(archive: Config["archive"]): Generator<Contradiction> {
  const { existingBucket, tiers = [], retention, objectLock } = archive;
  if (existingBucket !== undefined) {
    for (const key of ["bucketName", "tiers", "retention", "objectLock"] as const) {
      if (archive[key] !== undefined) {
        yield {
          path: ["archive", key],
          message: "cannot stand beside existingBucket, which keeps its own settings",
        };
      }
    }
  }
  for (const [index, { storageClass, after }] of tiers.entries()) {
    const path = ["archive", "tiers", index, "after"];
    const before = tiers[index - 1];
    if (before !== undefined && before.after >= after) {
      yield { path, message: "is not later than the tier before it" };
    }
    if (storageClass === "STANDARD_IA" && after < 30 * SECONDS_PER_DAY) {
      yield { path, message: 'is too early; S3 takes STANDARD_IA from "30d"' };
    }
  }
  const lastTier = tiers.at(-1);
  if (typeof retention !== "number") {
    return;
  }
  if (lastTier !== undefined && retention <= lastTier.after) {
    yield {
      path: ["archive", "retention"],
      message: "is over before the last tier begins; lengthen it or drop the tier",
    };
  }
  if (objectLock !== undefined && retention < objectLock.for) {
    yield {
      path: ["archive", "retention"],
      message: "is shorter than objectLock.for, until which S3 refuses to delete",
    };
  }
}

const checkedSchema = schema.superRefine((config, context) => {
  for (const { path, message } of contradictions(config)) {
    context.addIssue({ code: "custom", path, message });
  }
});

/**
 * @param fileName - for the message
 * @throws {ConfigError} naming each wrong value, where it stands and what is allowed there
 */
export function parseConfig(value: unknown, fileName: string): Config {
  const parsed = checkedSchema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? `${fileName}: ${message}` : `${fileName}: ${toPathText(path)} ${message}`,
  );
  throw new ConfigError(problems.join("\n"));
}

/** `sources[0].name:` */
function toPathText(path: readonly PropertyKey[]): string {
  return `${path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`,
    )
    .join("")}:`;
}
