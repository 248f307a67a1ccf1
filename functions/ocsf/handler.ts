/**
 * Events: the state machine that seals days → this function, once days are sealed.
 *
 * - `{"op": "plan"}`: the next day of which a manifest or an alert is not written, oldest first
 * - `{"op": "events", "day": "2026-03-02"}`: write one of them, as far as the time goes
 *
 * History is nothing special: each sealed day that has no events yet is in the plan. A day whose
 * lines are not what was sealed is counted and left out: it keeps no other day waiting, and not
 * its alerts.
 */
import { S3Client } from "@aws-sdk/client-s3";
import * as z from "zod";
import { S3_OPTIONS } from "../../lib/aws/client-options.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { S3EventStore } from "../../lib/aws/s3-event-store.ts";
import { readGivenContext } from "../../lib/detect/context/read-context.ts";
import { letHeapGrow } from "../../lib/run/flat-heap.ts";
import {
  type DayAlerts,
  daysWithoutFindings,
  writeDayAlerts,
} from "../../lib/security-lake/write-day-alerts.ts";
import {
  type DayEvents,
  DayEventsError,
  daysWithoutEvents,
  marksOf,
  writeDayEvents,
} from "../../lib/security-lake/write-day-events.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { EVENTS_ENVIRONMENT } from "../../lib/stack/environment.ts";
import { EVENTS_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import { logFailedLookUps, readContextFiles } from "../context-files.ts";
import { type JobStep, nextStep } from "../job-step.ts";
import { addCounts, createFunction, type Invocation } from "../lambda-function.ts";
import { PLAN_EVENT, type Plan, planNextDay } from "../planned-day.ts";

const EVENT = z.discriminatedUnion("op", [
  PLAN_EVENT,
  z.object({ op: z.literal("events"), day: z.iso.date() }),
]);

/** No day is begun later in an execution: it is over when the next one starts. */
const HOURS_MAX = 22;

const { environment, logger, metrics, ...lambda } = createFunction(
  SERVICES.events,
  EVENTS_ENVIRONMENT,
);
// A second of CPU costs the same with any memory up to a vCPU's, so half the memory would save nothing:
// docs/internals/performance.md.
letHeapGrow();
const client = new S3Client(S3_OPTIONS);
const archive = new S3ArchiveStore(client, environment.ARCHIVE_BUCKET);
const events = new S3EventStore(client, environment.EVENTS_BUCKET);
const { SOURCE: source, SCHEMA_VERSION: version } = environment;
const place = { region: environment.EVENTS_REGION, accountId: environment.EVENTS_ACCOUNT };

const context = readGivenContext(readContextFiles(import.meta.url));
const ports = { archive, events, clock: systemClock, context };
const keepsAlerts = environment.ALERT_LOG === "on";

async function handleStep(
  event: unknown,
  { deadlineMs }: Invocation,
): Promise<Plan | (JobStep & Partial<DayEvents & DayAlerts>)> {
  const asked = EVENT.parse(event);
  if (asked.op === "plan") {
    const days = await daysToWrite();
    const limits = { hoursMax: HOURS_MAX, nowMs: systemClock.nowMs() };
    const next = planNextDay(days, asked, limits);
    logger.info("days to write as events", { days: days.length, first: days.at(0), ...next });
    return next;
  }
  const day = { source, day: asked.day, version, place };
  const entries = await unlessAltered(asked.day, () => writeDayEvents(ports, day, deadlineMs));
  const goesOn = entries?.isDone === false;
  const alerts =
    keepsAlerts && !goesOn
      ? await unlessAltered(asked.day, () => writeDayAlerts(ports, day, deadlineMs))
      : { isDone: !goesOn, alerts: 0 };
  logFailedLookUps(logger, context?.addresses);
  addCounts(metrics, EVENTS_METRICS, {
    written: entries?.entries ?? 0,
    notWritten: entries === undefined || alerts === undefined ? 1 : 0,
  });
  const isDone = alerts?.isDone !== false;
  const written = { ...entries, ...alerts, isDone };
  logger.info("the day is written as events", { day: asked.day, ...written });
  return { ...nextStep(isDone ? "done" : "again", systemClock.nowMs()), ...written };
}

/** @returns ascending */
async function daysToWrite(): Promise<string[]> {
  const marks = await marksOf(events, source, version);
  const days = await daysWithoutEvents(archive, marks, source, version);
  const ofAlerts = keepsAlerts ? await daysWithoutFindings(ports, marks, source, version) : [];
  return [...new Set([...days, ...ofAlerts])].sort();
}

/** @returns nothing when what was stored of the day is something else now */
async function unlessAltered<T>(day: string, write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof DayEventsError)) throw error;
    logger.error(error.message, { day, code: error.code });
    return undefined;
  }
}

export const handler = lambda.handler(handleStep);
