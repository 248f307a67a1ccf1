/**
 * The configuration that is synthesized for the template. It has placeholders where parameters will
 * decide; in the template, a reference to the parameter takes the place of each.
 */

import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { AuditLakeConfig } from "../config/config.ts";
import { parseConfig } from "../config/parse.ts";
import type { Config } from "../config/schema.ts";
import type { ParameterName } from "./parameters.ts";

export const PLACEHOLDERS = {
  stackName: "SlackAuditLakeStack",
  source: "this-source",
  archiveStartsOn: "2018-03-09",
  firstStart: "2018-03-10T11:12:13Z",
  slackApi: "https://slack-api.invalid/",
  email: "people@alerts.invalid",
  database: "database_placeholder",
  workgroup: "workgroup-placeholder",
  codeBucket: "code-bucket-placeholder",
  codePrefix: "code-prefix-placeholder/",
  scheduleMinutes: 13,
  objectLockMode: "GOVERNANCE",
  objectLockDays: 36_498,
  retentionDays: 36_499,
} as const;

/** A part of the stack that parameters turn on, by the name of the condition. */
export const FEATURES = {
  HasFirstStart: {
    condition: isNot("FirstStart", ""),
    off: (config: Config): Config => ({
      ...config,
      sources: config.sources.map(({ firstStart: _, ...source }) => source),
    }),
  },
  HasAlertEmail: {
    condition: isNot("AlertEmail", ""),
    off: (config: Config): Config => ({ ...config, alerts: { ...config.alerts, email: [] } }),
  },
  HasDashboard: {
    condition: is("Dashboard", "on"),
    off: (config: Config): Config => ({ ...config, dashboard: false }),
  },
  HasDetection: {
    condition: is("Detection", "on"),
    off: (config: Config): Config => ({
      ...config,
      detection: { ...config.detection, enabled: false },
    }),
  },
  HasRetention: {
    condition: isNot("RetentionDays", "0"),
    off: (config: Config): Config => ({
      ...config,
      archive: { ...config.archive, retention: "forever" },
    }),
  },
  HasObjectLock: {
    condition: isNot("ObjectLockMode", "OFF"),
    off: ({ archive: { objectLock: _, ...archive }, ...config }: Config): Config => ({
      ...config,
      archive,
    }),
  },
  HasSigning: {
    condition: is("Signing", "on"),
    off: (config: Config): Config => ({ ...config, closing: { ...config.closing, sign: false } }),
  },
  HasColumns: {
    condition: { "Fn::And": [is("Columns", "on"), is("RetentionDays", "0")] },
    off: (config: Config): Config => ({
      ...config,
      closing: { ...config.closing, compact: false },
    }),
  },
  HasOcsf: {
    condition: is("Ocsf", "on"),
    off: (config: Config): Config => ({ ...config, ocsf: { ...config.ocsf, enabled: false } }),
  },
  HasWeeklyReport: {
    condition: is("WeeklyReport", "on"),
    off: (config: Config): Config => ({
      ...config,
      weeklyReport: { ...config.weeklyReport, enabled: false },
    }),
  },
} satisfies Record<string, { condition: object; off: (config: Config) => Config }>;

export type Feature = keyof typeof FEATURES;

function is(parameter: ParameterName, value: string) {
  return { "Fn::Equals": [{ Ref: parameter }, value] };
}

function isNot(parameter: ParameterName, value: string) {
  return { "Fn::Not": [is(parameter, value)] };
}

/** @param off - the features to leave out; with all on, columns stand beside a retention, which no condition of the template lets happen */
export function placeholderConfig(off: readonly Feature[]): Config {
  const everything = {
    stackName: PLACEHOLDERS.stackName,
    archiveStartsOn: PLACEHOLDERS.archiveStartsOn,
    sources: [
      {
        name: PLACEHOLDERS.source,
        apiBase: PLACEHOLDERS.slackApi,
        schedule: `${PLACEHOLDERS.scheduleMinutes}m`,
        firstStart: PLACEHOLDERS.firstStart,
      },
    ],
    archive: {
      objectLock: { mode: PLACEHOLDERS.objectLockMode, for: `${PLACEHOLDERS.objectLockDays}d` },
    },
    catalog: { database: PLACEHOLDERS.database, workgroup: PLACEHOLDERS.workgroup },
    dashboard: true,
    closing: { sign: true, compact: true },
    ocsf: { enabled: true },
    weeklyReport: { enabled: true },
    alerts: { email: [PLACEHOLDERS.email] },
  } satisfies AuditLakeConfig;
  const config = parseConfig(everything, "infra/template/placeholders.ts");
  config.archive.retention = PLACEHOLDERS.retentionDays * SECONDS_PER_DAY;
  return off.reduce((reduced, feature) => FEATURES[feature].off(reduced), config);
}

const intervalSeconds = PLACEHOLDERS.scheduleMinutes * 60;
const schedule = (form: string) => ({
  "Fn::FindInMap": ["Schedules", { Ref: "Schedule" satisfies ParameterName }, form],
});
const parameter = (name: ParameterName) => ({ Ref: name });

/** What takes the place of a placeholder within a text. */
const IN_TEXT: [placeholder: string, reference: object][] = [
  [PLACEHOLDERS.stackName, { Ref: "AWS::StackName" }],
  [PLACEHOLDERS.source, parameter("SourceName")],
  [PLACEHOLDERS.firstStart, parameter("FirstStart")],
  [PLACEHOLDERS.archiveStartsOn, parameter("ArchiveStartsOn")],
  [
    PLACEHOLDERS.archiveStartsOn.replaceAll("-", ""),
    { "Fn::Join": ["", { "Fn::Split": ["-", parameter("ArchiveStartsOn")] }] },
  ],
  [PLACEHOLDERS.slackApi, parameter("SlackApi")],
  [PLACEHOLDERS.email, parameter("AlertEmail")],
  [PLACEHOLDERS.database, parameter("Database")],
  [PLACEHOLDERS.workgroup, parameter("Workgroup")],
  [PLACEHOLDERS.codeBucket, parameter("CodeBucket")],
  [PLACEHOLDERS.codePrefix, parameter("CodePrefix")],
  [`rate(${PLACEHOLDERS.scheduleMinutes} minutes)`, schedule("Rate")],
];

/** What takes the place of a whole value, a number or a text. */
const WHOLE = new Map<string | number, object>([
  [intervalSeconds, schedule("Seconds")],
  [String(intervalSeconds), schedule("Seconds")],
  [PLACEHOLDERS.objectLockMode, parameter("ObjectLockMode")],
  [PLACEHOLDERS.objectLockDays, parameter("ObjectLockDays")],
  [PLACEHOLDERS.retentionDays, parameter("RetentionDays")],
]);

/** The dashboard is a text of JSON. */
const GRAPH_PERIOD = `(?<="period":)${intervalSeconds}\\b`;

const ANY_IN_TEXT = new RegExp(
  `(${[...IN_TEXT.map(([placeholder]) => placeholder.replace(/[().]/g, "\\$&")), GRAPH_PERIOD].join("|")})`,
);

/** @returns the same part of a template, with references to parameters in the place of placeholders */
export function fillPlaceholders(node: unknown): unknown {
  if (typeof node === "number") return WHOLE.get(node) ?? node;
  if (typeof node === "string") return fillText(node);
  if (Array.isArray(node)) return node.map(fillPlaceholders);
  if (node === null || typeof node !== "object") return node;
  const [delimiter, parts] = (node as { "Fn::Join"?: [string, unknown[]] })["Fn::Join"] ?? [];
  if (delimiter === "" && Array.isArray(parts)) return join(parts.flatMap(toParts));
  return Object.fromEntries(
    // A statement's id takes letters and digits only, a stack's name more.
    Object.entries(node).map(([key, value]) => [
      key,
      key === "Sid" ? value : fillPlaceholders(value),
    ]),
  );
}

function fillText(text: string): unknown {
  const whole = WHOLE.get(text);
  if (whole !== undefined) return whole;
  // Presto keeps a view as base64 of JSON, with the database in it.
  const [, before, base64, after] = /^(\/\* Presto View: )([\w+/=]+)( \*\/)$/.exec(text) ?? [];
  if (base64 !== undefined) {
    const view = fillText(Buffer.from(base64, "base64").toString());
    return join([before, { "Fn::Base64": view }, after]);
  }
  return join(toParts(text));
}

/** Texts and references, in order. */
function toParts(part: unknown): unknown[] {
  if (typeof part !== "string") return [fillPlaceholders(part)];
  return part
    .split(ANY_IN_TEXT)
    .filter((piece) => piece !== "")
    .map((piece) => {
      if (piece === String(intervalSeconds)) return schedule("GraphSeconds");
      return IN_TEXT.find(([placeholder]) => placeholder === piece)?.[1] ?? piece;
    });
}

function join(parts: unknown[]): unknown {
  return parts.length === 1 ? parts[0] : parts.length === 0 ? "" : { "Fn::Join": ["", parts] };
}
