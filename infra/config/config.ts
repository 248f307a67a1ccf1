/**
 * Every setting of a deployment, with its bounds and its default. A duration is
 * a number with a unit, such as "90s", "5m", "24h" or "30d". Days and times are UTC.
 */

import type { RuleOverrides } from "../../lib/detect/configure.ts";
import type { Severity } from "../../lib/detect/rule.ts";
import type { Suppression } from "../../lib/detect/suppressions.ts";
import type { TargetProps } from "../../lib/notify/target-settings.ts";
import type { DurationText } from "../../lib/time.ts";

/** Decimal units, as Athena bills. */
export type BytesText = `${number}${"MB" | "GB" | "TB"}`;

/** What `audit-lake.config.ts` exports: the lake, and the stack that holds it. */
export interface AuditLakeConfig extends SlackAuditLakeProps {
  /** Name of the CloudFormation stack. Default: "SlackAuditLake". */
  stackName?: string;
  /** Where to deploy. Default: the account and region of the CDK command line. */
  environment?: { account: string; region: string };
  /** On everything that takes tags. */
  tags?: Record<string, string>;
  /** A managed policy that bounds every role of the stack. */
  permissionsBoundaryArn?: string;
}

/** What an audit lake is made of. */
export interface SlackAuditLakeProps {
  /**
   * The first day that the archive will ever hold, `YYYY-MM-DD`. Queries that name no
   * day begin here, so an early one makes them list years of empty partitions.
   */
  archiveStartsOn: string;
  /** One per Slack organization. */
  sources: SourceProps[];
  archive?: ArchiveSettings;
  catalog?: CatalogSettings;
  /** A role for each kind of people who query. Default: none. */
  readers?: ReaderProps[];
  alerts?: AlertSettings;
  /** A dashboard in CloudWatch with every metric, $3 a month. Without it, functions emit only the metrics that alarms watch. Default: true. */
  dashboard?: boolean;
  closing?: ClosingSettings;
  detection?: DetectionSettings;
  ocsf?: OcsfSettings;
  weeklyReport?: WeeklyReportSettings;
  /**
   * A key for everything that is encrypted. Its policy must let the account's
   * roles use it, and cloudwatch.amazonaws.com and events.amazonaws.com decrypt
   * and generate data keys. Default: a new one.
   */
  kmsKeyArn?: string;
  /**
   * Keys that were used before: kmsKeyArn as it was, or the stack's own. What they encrypted
   * stays under them, so the functions go on decrypting with them. Default: none.
   */
  previousKeyArns?: string[];
  /** How long the functions' logs are kept: a number of days that CloudWatch Logs takes. Default: "90d". */
  logRetention?: DurationText;
  /** What `cdk destroy` does to archive, checkpoints, secrets and key. Default: "retain". */
  removalPolicy?: "retain" | "destroy";
}

/** One Slack organization. */
export interface SourceProps {
  /** Name of the organization in keys, partitions and alarms: a-z, 0-9 and -. It cannot change later. */
  name: string;
  /** Where the Audit Logs API is. Default: Slack's. GovSlack: "https://api.slack-gov.com/audit/v1/" */
  apiBase?: string;
  /**
   * The Slack app rotates its tokens, so the functions refresh them and may write the secret
   * (docs/operate/token.md). Default: false.
   */
  tokenRotation?: boolean;
  /** False: no runs and no alarms, but secret, checkpoint and partition stay. Default: true. */
  enabled?: boolean;
  /** How often a run starts, "1m" to "1d". Default: "5m". */
  schedule?: DurationText;
  /** Where the first run begins, `YYYY-MM-DDTHH:MM:SSZ`. Default: 24 hours before it. */
  firstStart?: string;
  /** How long an entry gets to become visible before its window is read, up to "1h". Default: "60s". */
  settleDelay?: DurationText;
  /** How far back entries that appear late are looked for, up to "2d". Default: "15m". */
  allowedLateness?: DurationText;
  alarms?: {
    /** The watermark is further behind than this, "5m" to "7d". Default: "30m". */
    lag?: DurationText;
    /** No new entry for this long, in an organization that always has some, "1h" to "7d". Default: "1d". */
    silence?: DurationText | "off";
  };
}

export interface ArchiveSettings {
  /**
   * It cannot change later: another name makes a new, empty bucket. Default: a name that
   * CloudFormation makes.
   */
  bucketName?: string;
  /**
   * Write to a bucket that exists. It keeps its own policy, life cycle and
   * encryption, and must send its events to EventBridge.
   */
  existingBucket?: { name: string; kmsKeyArn?: string };
  /** When objects move to a cheaper class; only classes that Athena can read. Default: never. */
  tiers?: {
    storageClass: "STANDARD_IA" | "INTELLIGENT_TIERING" | "GLACIER_IR";
    after: DurationText;
  }[];
  /** When objects are deleted. Default: "forever" keeps them. */
  retention?: DurationText | "forever";
  /** Write once, read many. It can only be chosen when the bucket is made. */
  objectLock?: { mode: "GOVERNANCE" | "COMPLIANCE"; for: DurationText };
}

export interface CatalogSettings {
  /**
   * Glue database of the tables and views, one of its own for each stack in a region. It cannot
   * change later without a new one, in which sealed days go into columns anew. Default:
   * slack_audit_lake.
   */
  database?: string;
  /**
   * Athena's workgroup, one of its own for each stack in a region. Another name makes a new one,
   * without the history of queries. Default: slack-audit-lake.
   */
  workgroup?: string;
  /**
   * Name database and workgroup, where they have no names here, after the stack. For new stacks:
   * in one that is deployed, with another name than SlackAuditLake, it replaces both. Default: false.
   */
  namedAfterStack?: boolean;
  /** Athena cancels a query that reads more than this, "10MB" at least. Default: "100GB". */
  bytesScannedCutoff?: BytesText;
  /** How long query results and weekly reports are kept. Default: "30d". */
  resultsRetention?: DurationText;
  /**
   * In an account where Lake Formation decides: grant what the stack's functions need, or that
   * and what readers need (docs/operate/permissions.md). Default: "off".
   */
  lakeFormation?: "off" | "functions" | "readers";
  /**
   * Folder with saved queries of your own, NAME.sql (docs/start/local.md); one with the name of
   * ours replaces it. Default: none.
   */
  queries?: string;
}

/** People who query in Athena, and read nothing past it. */
export interface ReaderProps {
  /** Names the role: a-z, 0-9 and -. */
  name: string;
  /** Who may take the role: ARNs of roles and users, or ids of accounts; also those of other accounts. */
  principals: string[];
  /** What others must say to take it. */
  externalId?: string;
  /** Only entries of these sources; queries must name them. Default: all. */
  sources?: string[];
  /**
   * For the view audit_logs_masked, with hashed addresses. Only lakeFormation: "readers" keeps
   * what it hides from the role. Off unless it is set.
   */
  masked?: boolean;
}

export interface AlertSettings {
  /** Addresses that get alarms and alerts; each confirms once. */
  email?: string[];
  /** Send alarms and alerts to a topic that exists instead of a new one. */
  existingTopic?: { arn: string; kmsKeyArn?: string };
}

/** How days are sealed. */
export interface ClosingSettings {
  /** False: no day is reconciled and sealed. Default: true. */
  enabled?: boolean;
  /** When, `HH:MM`. Default: "03:00". */
  at?: string;
  /** Minimum age of a day before it is sealed, "1m" to "7d"; longer than any allowedLateness. Default: "2h". */
  delay?: DurationText;
  /** Sign each manifest with a key of KMS that nobody can take out. Default: false. */
  sign?: boolean;
  /**
   * Put sealed days into a table of columns, which long queries read instead of
   * the lines. Default: unless archive.retention deletes its files some day.
   */
  compact?: boolean;
}

/** Sealed days as events of OCSF, for Security Lake and other SIEMs (docs/operate/ocsf.md). */
export interface OcsfSettings {
  /** True: once a day, sealed days are written as Parquet into a bucket of their own. Default: false. */
  enabled?: boolean;
  /** Of OCSF. Another version writes every sealed day again, beside what is there. Default: "1.5.0". */
  schemaVersion?: "1.5.0" | "1.8.0";
}

/** Each Monday, the report of the seven days before, as a page in the bucket of results (docs/operate/report.md). */
export interface WeeklyReportSettings {
  /** True: it is written, and the alerts' topic is told its answers and where it is. Default: false. */
  enabled?: boolean;
  /** When, `HH:MM`; after closing.at, when Sunday is sealed. Default: "06:00". */
  at?: string;
}

/** Files, below the folder in which the synthesis runs (docs/operate/detection.md). */
export interface DetectionContextSettings {
  /** Database in MaxMind's format: the country of an address. "included": the one of this package. */
  countries?: string;
  /** Database in MaxMind's format: whose network an address is in. */
  networkOwners?: string;
  /** Tor's list of exits. */
  torExits?: string;
  /** Lists of dangerous addresses. */
  threatLists?: string[];
  /** Networks of your own: a range or AS number and a name in each line. */
  networks?: string;
  /** Answer of admin.audit.anomaly.allow.getItem: more networks of your own. */
  slackAllowList?: string;
  /** CSV with a column email or id: what alerts say of who did it. */
  staff?: string;
}

export interface DetectionSettings {
  /** False: no rules over new objects, no daily look at Slack's schemas. Default: true. */
  enabled?: boolean;
  /**
   * By rule id (docs/reference/detections.md): "off", the severity to use, or severity, threshold
   * (atLeast) and window (within), also for a source each.
   */
  rules?: RuleOverrides;
  /**
   * Folder with modules of rules of your own (docs/operate/detection.md), bundled into the
   * function; one with the id of ours replaces it. Needs esbuild.
   */
  ownRules?: string;
  /** Local files that say more of addresses and people in alerts and events, deployed with the functions' code. */
  context?: DetectionContextSettings;
  /** Keep what the files say of the addresses in entries as the view address_context. Default: false. */
  addressTable?: boolean;
  /** Alerts that nobody is told of, each for a reason, by an owner, until a day (docs/operate/detection.md). */
  suppressions?: readonly Suppression[];
  /** Suppress repeats of an alert within this period, "1m" to "7d". Default: "1h". */
  alertPeriod?: DurationText;
  /** Objects whose entries were older when they were written raise no alerts, "1d" to "365d". Default: "14d". */
  maxEntryAge?: DurationText;
  /**
   * Keep each alert in the archive's bucket, for the view `alerts`. Default: unless
   * archive.existingBucket has a policy of its own.
   */
  alertLog?: boolean;
  /** Ids of the Slack apps whose tokens fill the archive: to hear when one is removed. */
  ownAppIds?: string[];
  /** Ids of the people who installed them: to hear when one loses access. */
  ownInstallerIds?: string[];
  /**
   * Where alerts go besides the topic, by a name of yours: a-z, 0-9 and -. Secrets are named, and
   * stored by you in Secrets Manager (docs/operate/routing.md). Default: none.
   */
  targets?: Record<string, TargetProps>;
  /** Which alerts go to which targets. Default: none. */
  routes?: RouteProps[];
}

/** The alerts of which all of this holds; without a condition, all alerts. */
export interface RouteProps {
  /** This severity or a higher one: info, low, medium, high or critical. */
  severity?: Severity;
  /** Ids of rules (docs/reference/detections.md). */
  rules?: string[];
  /** ATT&CK techniques and tactics, such as T1562, with its sub-techniques, or TA0010. */
  tags?: string[];
  /** Names of sources. */
  sources?: string[];
  /** Names of targets. */
  targets: string[];
}
