/**
 * What a deployment of one source costs a month: prices, measured figures,
 * and the arithmetic between them. docs/reference/cost.md is made from it.
 */

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
import { ASSUMED, PRICES, type Volume } from "./cost-figures.ts";

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
type Emitted = ReadonlyMap<Service, ReadonlySet<string>>;

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

/** Of alerts as findings, in a batch of a day: each is read. */
export function findingsDollarsPerThousand(): number {
  return 1000 * PRICES.s3Get + ASSUMED.findingsPutsPerBatch * PRICES.s3PutOrList;
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
