/** What `cost-model.ts` computes with: prices, what is assumed, and what was measured. */

import { PRICES as ESTIMATE_PRICES } from "../../lib/backfill/prices.ts";

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
  eventsCpuSecondsPerMillion: 40,
  eventsBytesPerEntry: 140,
  /** A class each, and a mark, for 200,000 entries. */
  eventsPutsPerMillion: 60,
  /** What a batch has, the findings of two days, that they are written, that none is left. */
  findingsPutsPerBatch: 5,
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
