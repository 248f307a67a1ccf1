/**
 * What a deployment of one source costs a month: prices, measured figures,
 * and the arithmetic between them. docs/reference/cost.md is made from it.
 */

import { PRICES as ESTIMATE_PRICES } from "../../lib/backfill/prices.ts";
import {
  COLUMNS_METRICS,
  DETECT_METRICS,
  INGEST_METRICS,
  LATENESS_METRIC,
  SCHEMA_WATCH_METRICS,
  SEAL_METRICS,
  SERVICES,
  type Service,
} from "../../lib/stack/metrics.ts";

/** Dollars, us-east-1, list prices as known in 2025, not looked up since; no free tier taken off. */
export const PRICES = {
  ...ESTIMATE_PRICES,
  lambdaRequest: 0.2e-6,
  s3Get: 0.4e-6,
  dynamoDbRead: 0.125e-6, // consistent, up to 4 KB
  secretMonth: 0.4,
  kmsKeyMonth: 1,
  kmsRequest: 3e-6,
  metricMonth: 0.3,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  logGb: 0.5,
  sqsRequest: 0.4e-6,
  snsPublish: 0.5e-6,
  schedulerStart: 1e-6,
  stateTransition: 25e-6,
  athenaTb: 5,
};

export const ASSUMED = {
  daysPerMonth: 30,
  runsPerDay: 288, // every 5 minutes
  /** The made-up organization takes 103; real entries hold more that differs. */
  bytesPerEntry: 200,
  /** `npm run bench`, rounded up. */
  cpuSecondsPerMillionListed: 20,
  /** The late scan lists what was listed, as measured by the calls below: rounded up. */
  listedPerStored: 3,
  /** `audit-lake detect` over a week of the made-up organization, less its start. */
  detectCpuSecondsPerMillion: 20,
  /** Of a vCPU of Lambda, by its documentation; so much memory comes with each. */
  gbPerVcpu: 1769 / 1024,
  gb: 0.5,
  /** Waiting for Slack, a call; a run pipelines, so that this is more than it pays. */
  slackCallSeconds: 0.8,
  /** Everything else of an invocation: S3, DynamoDB, now and then a cold start. */
  otherSeconds: 0.5,
  logBytesPerInvocation: 4_000,
  kmsRequestsPerInvocation: 3,
  ledgerWritesPerObject: 2,
  /** Of rules, subjects and stretches of time, in a day of the made-up organization: each a write and three reads. */
  correlatedPerEntry: 0.66,
  /** Lambda's five pollers, 20 seconds each. */
  emptyReceivesPerDay: 5 * 3 * 60 * 24,
  accessLogObjectsPerDay: 288,
  /** The close makes 40 calls a minute, and waits in between. */
  closeCallSeconds: 60 / 40,
  /** What a run that seals may last: fifteen minutes less its reserve. */
  closeRunSeconds: 860,
  /** The close lists a day anew, and reads what is archived of it: twice the work of a listing. */
  closeWork: 2,
  /** Entries in a window of a full page; see lib/run/window.ts. */
  entriesPerCall: 0.8 * 9999,
  /** Begin, two plans and two choices for each of two jobs, the end: each is entered once a day. */
  closePlanTransitions: 10,
  /** Of the columns' function: a vCPU, so that a CPU second takes one. */
  columnsGb: 1769 / 1024,
  columnsCpuSecondsPerMillion: 11,
  /** Athena's nine statements of a day; more where days are large. */
  columnsWaitSeconds: 60,
  /** `npm run bench:ocsf`: lines to Parquet, rounded up. */
  eventsCpuSecondsPerMillion: 100,
  eventsBytesPerEntry: 140,
  /** A class each, and a mark, for 200,000 entries. */
  eventsPutsPerMillion: 60,
  /** Run, look at its answer, wait. */
  closeRunTransitions: 3,
};

/** A day's entries, and what a run did on average at that pace in virtual time. */
export interface Volume {
  entriesPerDay: number;
  /** Of a day: those in which an entry is late, a rule matches or a name is new. Assumed. */
  eventfulHours: number;
  /** Of one run. */
  calls: number;
  lists: number;
  gets: number;
  puts: number;
  /** Lease, checkpoint after each page, release. */
  writes: number;
}

/** The engine over some hours of evenly spread entries, counted at its ports. */
export const VOLUMES: readonly Volume[] = [
  {
    entriesPerDay: 10_000,
    eventfulHours: 2,
    calls: 1.14,
    lists: 1.14,
    gets: 1.64,
    puts: 1.07,
    writes: 3.14,
  },
  {
    entriesPerDay: 1_000_000,
    eventfulHours: 24,
    calls: 1.76,
    lists: 1.13,
    gets: 1.67,
    puts: 1.15,
    writes: 3.76,
  },
  {
    entriesPerDay: 50_000_000,
    eventfulHours: 24,
    calls: 49.4,
    lists: 1,
    gets: 19.7,
    puts: 26,
    writes: 51.4,
  },
];

/** Dollars a month, by what they are paid for. */
export type Bill = Record<string, number>;

/**
 * When a metric gets a value in a stack without trouble. What is emitted without zeros and counts
 * trouble never does.
 */
type When = "each run" | "eventful hours" | "never";

const INGEST_WHEN: Record<keyof typeof INGEST_METRICS, When> = {
  lagSeconds: "each run",
  entries: "each run",
  throttled: "each run",
  pages: "each run",
  bytes: "each run",
  timeUsedPercent: "each run",
  duplicatesDropped: "each run", // a late scan lists what is archived
  lateEntries: "eventful hours",
  quarantined: "never",
  failed: "never",
  tokenMissing: "never",
  tokenRefused: "never",
};

const DETECT_WHEN: Record<keyof typeof DETECT_METRICS, When> = {
  objects: "each run",
  entries: "each run",
  matches: "eventful hours",
  published: "eventful hours",
  suppressed: "eventful hours",
  withheld: "never",
  newNames: "eventful hours",
  tooOld: "never",
  ruleFailures: "never",
  unreadable: "never",
  failed: "never",
};

/** What a function emits: all, or what its environment names. */
export type Emitted = ReadonlyMap<Service, ReadonlySet<string>>;

/**
 * CloudWatch bills a metric for the hours in which it gets a value: those of a day's seal for as
 * long as it lasts, and those of the daily look at Slack's lists for an hour.
 */
function metricMonths(
  { eventfulHours }: Volume,
  closeSeconds: number,
  emitted: Emitted | undefined,
): number {
  const hours: Record<When, number> = {
    "each run": 24,
    "eventful hours": eventfulHours,
    never: 0,
  };
  const closeHours = Math.ceil(closeSeconds / 3600);
  const hoursOf = <Key extends string>(
    service: Service,
    names: Record<Key, string>,
    hoursOfKey: (key: Key) => number,
  ) =>
    (Object.keys(names) as Key[])
      .filter((key) => emitted?.get(service)?.has(names[key]) !== false)
      .reduce((sum, key) => sum + hoursOfKey(key), 0);
  const lateness = { lateness: LATENESS_METRIC };
  return (
    (hoursOf(SERVICES.ingest, INGEST_METRICS, (key) => hours[INGEST_WHEN[key]]) +
      hoursOf(SERVICES.ingest, lateness, () => eventfulHours) +
      hoursOf(SERVICES.detect, DETECT_METRICS, (key) => hours[DETECT_WHEN[key]]) +
      hoursOf(SERVICES.seal, { ...SEAL_METRICS, ...lateness }, () => closeHours) +
      hoursOf(SERVICES.columns, COLUMNS_METRICS, () => closeHours) +
      hoursOf(SERVICES.schemaWatch, SCHEMA_WATCH_METRICS, () => 1)) /
    24
  );
}

/** What the stack has of what is billed by the piece. */
export interface Pieces {
  /** Metrics that alarms watch: each is billed as an alarm. */
  alarms: number;
  dashboards: number;
  secrets: number;
  keys: number;
  /** Absent: every metric. */
  emitted?: Emitted;
}

export function toBill(volume: Volume, pieces: Pieces): Bill {
  const { runsPerDay, daysPerMonth } = ASSUMED;
  const runs = runsPerDay * daysPerMonth;
  const objects = volume.puts * runs;
  const invocations = runs + objects;
  const storedGb = (volume.entriesPerDay * 365 * ASSUMED.bytesPerEntry) / 1e9;
  const puts = volume.puts + volume.lists;
  const close = toClose(volume);
  const s3Requests =
    runs * (puts * PRICES.s3PutOrList + volume.gets * PRICES.s3Get) +
    objects * PRICES.s3Get +
    ASSUMED.accessLogObjectsPerDay * daysPerMonth * PRICES.s3PutOrList +
    daysPerMonth * close.s3Dollars;
  const receives = ASSUMED.emptyReceivesPerDay * daysPerMonth + 3 * objects;
  return {
    "Lambda, ingestion": runs * toLambdaDollars(runSeconds(volume)),
    "Lambda, detection": objects * toLambdaDollars(detectSeconds(volume)),
    "Lambda, sealing": daysPerMonth * toLambdaDollars(close.seconds),
    "Lambda, columns":
      daysPerMonth *
      (columnsSeconds(volume) * ASSUMED.columnsGb * PRICES.lambdaGbSecond + PRICES.lambdaRequest),
    "Athena, columns":
      daysPerMonth * (Math.max(scannedGb(volume, 1), 0.01) / 1000) * PRICES.athenaTb,
    "Step Functions": daysPerMonth * close.transitions * PRICES.stateTransition,
    "S3, requests": s3Requests,
    "S3, a year's entries": storedGb * PRICES.s3StandardGbMonth,
    DynamoDB:
      runs * volume.writes * PRICES.dynamoDbWrite +
      objects * ASSUMED.ledgerWritesPerObject * PRICES.dynamoDbWrite +
      invocations * PRICES.dynamoDbRead,
    "DynamoDB, correlations":
      volume.entriesPerDay *
      daysPerMonth *
      ASSUMED.correlatedPerEntry *
      (PRICES.dynamoDbWrite + 3 * PRICES.dynamoDbRead),
    "Secrets Manager": pieces.secrets * PRICES.secretMonth,
    KMS:
      pieces.keys * PRICES.kmsKeyMonth +
      invocations * ASSUMED.kmsRequestsPerInvocation * PRICES.kmsRequest,
    "CloudWatch, metrics": metricMonths(volume, close.seconds, pieces.emitted) * PRICES.metricMonth,
    "CloudWatch, alarms": pieces.alarms * PRICES.alarmMonth,
    "CloudWatch, dashboard": pieces.dashboards * PRICES.dashboardMonth,
    "CloudWatch, logs": ((invocations * ASSUMED.logBytesPerInvocation) / 1e9) * PRICES.logGb,
    "SQS, SNS, Scheduler":
      receives * PRICES.sqsRequest + objects * PRICES.snsPublish + runs * PRICES.schedulerStart,
  };
}

/** Of entries as events of OCSF, once; and what a month of their storage costs. */
export function eventsDollarsPerMillion(): { written: number; storedMonth: number } {
  // Its function has a vCPU, as that of the columns.
  const gbSeconds = ASSUMED.eventsCpuSecondsPerMillion * ASSUMED.columnsGb;
  return {
    written: gbSeconds * PRICES.lambdaGbSecond + ASSUMED.eventsPutsPerMillion * PRICES.s3PutOrList,
    storedMonth: ((1e6 * ASSUMED.eventsBytesPerEntry) / 1e9) * PRICES.s3StandardGbMonth,
  };
}

/** How long one run is billed for. */
export function runSeconds({ entriesPerDay, calls }: Volume): number {
  const listed = (entriesPerDay / ASSUMED.runsPerDay) * ASSUMED.listedPerStored;
  const cpuSeconds = (listed / 1e6) * ASSUMED.cpuSecondsPerMillionListed;
  return toWallSeconds(cpuSeconds) + calls * ASSUMED.slackCallSeconds + ASSUMED.otherSeconds;
}

/** A day's close: computed, not measured. */
export function toClose({ entriesPerDay, puts }: Volume) {
  const calls = Math.max(24, Math.ceil(entriesPerDay / ASSUMED.entriesPerCall));
  const cpuSeconds = (entriesPerDay / 1e6) * ASSUMED.cpuSecondsPerMillionListed * ASSUMED.closeWork;
  const seconds =
    toWallSeconds(cpuSeconds) + calls * ASSUMED.closeCallSeconds + ASSUMED.otherSeconds;
  const runs = Math.ceil(seconds / ASSUMED.closeRunSeconds);
  const objects = puts * ASSUMED.runsPerDay;
  return {
    calls,
    seconds,
    runs,
    transitions: ASSUMED.closePlanTransitions + runs * ASSUMED.closeRunTransitions,
    // A listing, a record and its reading each hour; each object for its ids and for its hash.
    s3Dollars: 48 * PRICES.s3PutOrList + (24 + 2 * objects) * PRICES.s3Get,
  };
}

function columnsSeconds({ entriesPerDay }: Volume): number {
  const hashing = (entriesPerDay / 1e6) * ASSUMED.columnsCpuSecondsPerMillion;
  return hashing + ASSUMED.columnsWaitSeconds;
}

function detectSeconds({ entriesPerDay, puts }: Volume): number {
  const entries = entriesPerDay / (ASSUMED.runsPerDay * puts);
  const cpuSeconds = (entries / 1e6) * ASSUMED.detectCpuSecondsPerMillion;
  return toWallSeconds(cpuSeconds) + ASSUMED.otherSeconds;
}

/** A function with half a GB has less than a third of a vCPU. */
function toWallSeconds(cpuSeconds: number): number {
  return cpuSeconds * (ASSUMED.gbPerVcpu / ASSUMED.gb);
}

function toLambdaDollars(seconds: number): number {
  return seconds * ASSUMED.gb * PRICES.lambdaGbSecond + PRICES.lambdaRequest;
}

/** What a query over so many days reads. */
export function scannedGb({ entriesPerDay }: Volume, days: number): number {
  return (entriesPerDay * days * ASSUMED.bytesPerEntry) / 1e9;
}
