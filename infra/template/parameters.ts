/** What whoever deploys the template is asked for. */

interface Parameter {
  Type: "String" | "Number";
  Description: string;
  Default?: string | number;
  AllowedValues?: string[];
  AllowedPattern?: string;
  ConstraintDescription?: string;
  MinValue?: number;
  MaxValue?: number;
}

const ON_OR_OFF: Pick<Parameter, "Type" | "AllowedValues"> = {
  Type: "String",
  AllowedValues: ["on", "off"],
};

export const PARAMETERS = {
  SourceName: {
    Type: "String",
    Description:
      "Name of the organization in keys, partitions and alarms: a-z, 0-9 and -. It cannot change later.",
    AllowedPattern: "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
    ConstraintDescription: "1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends",
  },
  ArchiveStartsOn: {
    Type: "String",
    Description: "First day that queries look at, YYYY-MM-DD, UTC. For a new archive: today.",
    AllowedPattern: "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    ConstraintDescription: "a day, YYYY-MM-DD",
  },
  FirstStart: {
    Type: "String",
    Default: "",
    Description:
      "Where the first run begins, YYYY-MM-DDTHH:MM:SSZ, on ArchiveStartsOn or later. Empty: 24 hours before the first run.",
    AllowedPattern:
      "(20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}Z)?",
    ConstraintDescription: "a time in UTC, YYYY-MM-DDTHH:MM:SSZ, or empty",
  },
  Schedule: {
    Type: "String",
    Default: "5m",
    AllowedValues: ["1m", "5m", "10m", "15m"],
    Description: "How often a run starts.",
  },
  SlackApi: {
    Type: "String",
    Default: "https://api.slack.com/audit/v1/",
    AllowedValues: ["https://api.slack.com/audit/v1/", "https://api.slack-gov.com/audit/v1/"],
    Description: "Slack's Audit Logs API: the second one for GovSlack.",
  },
  AlertEmail: {
    Type: "String",
    Default: "",
    AllowedPattern: "([^@ ]+@[^@ ]+)?",
    ConstraintDescription: "one e-mail address, or empty",
    Description: "Gets alarms and alerts, once it has confirmed. Empty: nobody does.",
  },
  Dashboard: {
    ...ON_OR_OFF,
    Default: "on",
    Description:
      "A dashboard in CloudWatch with every metric, $3 a month. Without it, functions emit only the metrics that alarms watch.",
  },
  Detection: {
    ...ON_OR_OFF,
    Default: "on",
    Description: "Detection rules over new entries, and a daily look at Slack's schemas.",
  },
  Columns: {
    ...ON_OR_OFF,
    Default: "on",
    Description: "Store sealed days in columns, too. Always off when RetentionDays is set.",
  },
  Ocsf: {
    ...ON_OR_OFF,
    Default: "off",
    Description:
      "Write sealed days as events of OCSF, which SIEMs read, into a bucket of their own.",
  },
  WeeklyReport: {
    ...ON_OR_OFF,
    Default: "off",
    Description:
      "Each Monday at 06:00 UTC, a report of the seven days before as a page in the bucket of results; its answers and where it is go to the alerts' topic.",
  },
  Signing: {
    ...ON_OR_OFF,
    Default: "off",
    Description: "Sign the manifests of sealed days with a KMS key.",
  },
  RetentionDays: {
    Type: "String", // a condition compares it
    Default: "0",
    AllowedPattern: "0|[1-9][0-9]{0,4}",
    ConstraintDescription: "a number of days, at most 99999",
    Description: "Delete entries after this many days, no fewer than ObjectLockDays. 0: never.",
  },
  ObjectLockMode: {
    Type: "String",
    Default: "OFF",
    AllowedValues: ["OFF", "GOVERNANCE", "COMPLIANCE"],
    Description: "Write once, read many. Choose it now: a change makes a new, empty bucket.",
  },
  ObjectLockDays: {
    Type: "Number",
    Default: 365,
    MinValue: 1,
    MaxValue: 36500,
    Description: "How long S3 Object Lock keeps an object, if it is on.",
  },
  Database: {
    Type: "String",
    Default: "slack_audit_lake",
    AllowedPattern: "[a-z][a-z0-9_]{0,127}",
    ConstraintDescription: "a letter, then up to 127 of a-z, 0-9 and _",
    Description: "Glue database, one of its own for each stack in a region.",
  },
  Workgroup: {
    Type: "String",
    Default: "slack-audit-lake",
    AllowedPattern: "[a-zA-Z0-9_.-]{1,128}",
    ConstraintDescription: "1 to 128 letters, digits, dots, _ and -",
    Description: "Athena workgroup, one of its own for each stack in a region.",
  },
  CodeBucket: {
    Type: "String",
    AllowedPattern: "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    ConstraintDescription: "the name of a bucket",
    Description: "Bucket in this region that holds the zips of the functions.",
  },
  CodePrefix: {
    Type: "String",
    Default: "",
    AllowedPattern: "([^/].*/)?",
    ConstraintDescription: 'a prefix that ends in "/", or empty',
    Description: 'What the keys of the zips begin with, such as "slack-audit-lake/".',
  },
} satisfies Record<string, Parameter>;

export type ParameterName = keyof typeof PARAMETERS;

/** How the console groups them. */
export const PARAMETER_GROUPS: Record<string, ParameterName[]> = {
  "Slack organization": ["SourceName", "ArchiveStartsOn", "FirstStart", "Schedule", "SlackApi"],
  "What it does": [
    "AlertEmail",
    "Dashboard",
    "Detection",
    "Columns",
    "Ocsf",
    "WeeklyReport",
    "Signing",
  ],
  "How long entries are kept": ["RetentionDays", "ObjectLockMode", "ObjectLockDays"],
  Names: ["Database", "Workgroup"],
  "Code of the functions": ["CodeBucket", "CodePrefix"],
};

/** A run's interval in each of the forms that the stack has it in. */
export const SCHEDULES = Object.fromEntries(
  PARAMETERS.Schedule.AllowedValues.map((schedule) => {
    const minutes = Number.parseInt(schedule, 10);
    return [
      schedule,
      {
        Rate: `rate(${minutes} minute${minutes === 1 ? "" : "s"})`,
        Seconds: String(minutes * 60),
        GraphSeconds: String(Math.max(minutes * 60, 300)),
      },
    ];
  }),
);
