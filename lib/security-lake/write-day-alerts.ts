import { alertProblem, dayOfAlert } from "../archive/alert-object.ts";
import { PREFIXES, sourcePrefix } from "../archive/object-key.ts";
import type { Alert } from "../detect/alert.ts";
import { inParallel } from "../in-parallel.ts";
import { toFinding } from "../ocsf/alert-event.ts";
import { toByteTexts } from "../ocsf/byte-text.ts";
import type { SchemaVersion } from "../ocsf/classes.ts";
import { columnsOf } from "../ocsf/columns.ts";
import type { OcsfEvent } from "../ocsf/event.ts";
import { ParquetEvents } from "../ocsf/parquet/parquet-events.ts";
import { type ArchiveStore, type Clock, ObjectMissingError } from "../ports.ts";
import { dayOf, nowSeconds } from "../time.ts";
import {
  alertsName,
  batchMark,
  dayMarks,
  type EventPlace,
  type EventUnit,
  FINDINGS_CLASS,
  findingsKey,
  writtenAlertsMark,
  writtenBatchMark,
} from "./event-key.ts";
import { DayEventsError, type EventStore, keysIn } from "./write-day-events.ts";

/** A day of a source, in the log of alerts: that on which the alerts' periods begin. */
type AlertDay = Omit<EventUnit, "revision">;

export interface DayAlerts {
  /** False when the time was over before: the next call goes on. */
  isDone: boolean;
  /** Alerts that were written by this call. */
  alerts: number;
}

/** An alert has some kilobytes, and 150 at most: a batch stays below the memory of the function. */
const BATCH_ALERTS = 1_000;

/** A batch takes some seconds. */
const BATCH_MS = 60_000;

/** Alerts that are read at the same time. */
const CONCURRENCY = 16;

/**
 * Days that are over and have alerts in the log that are not written as findings.
 *
 * @param marks - see `marksOf`
 * @returns UTC, `YYYY-MM-DD`, ascending
 */
export async function daysWithoutFindings(
  { archive, clock }: Omit<AlertPorts, "events">,
  marks: ReadonlySet<string>,
  source: string,
  version: SchemaVersion,
): Promise<string[]> {
  const today = dayOf(nowSeconds(clock));
  const missing: string[] = [];
  for await (const [day, keys] of loggedDays(archive, sourcePrefix(PREFIXES.alerts, source))) {
    const mark = writtenAlertsMark({ source, day, version }, alertsName(keys));
    if (day < today && !marks.has(mark)) missing.push(day);
  }
  return missing;
}

interface AlertPorts {
  archive: Pick<ArchiveStore, "list" | "get">;
  events: EventStore;
  clock: Pick<Clock, "nowMs">;
}

/** Keys of the log, by day, ascending; in memory are those of a day. */
async function* loggedDays(
  archive: Pick<ArchiveStore, "list">,
  prefix: string,
): AsyncGenerator<[day: string, keys: string[]]> {
  let current: [string, string[]] | undefined;
  for await (const { key } of archive.list(prefix)) {
    const day = dayOfAlert(key);
    if (day === undefined) continue;
    if (current?.[0] !== day) {
      if (current !== undefined) yield current;
      current = [day, []];
    }
    current[1].push(key);
  }
  if (current !== undefined) yield current;
}

/**
 * Write what the log of alerts has of a day as findings, each alert once, whatever interrupts
 * this or runs beside it: which alerts a batch has is noted before any of them is written, and
 * never changes. An alert that is logged later is in a later batch.
 *
 * @param deadlineMs - epoch milliseconds
 * @throws {DayEventsError} when an alert is not what was logged
 */
export async function writeDayAlerts(
  { archive, events, clock }: AlertPorts,
  { place, ...day }: AlertDay & { place: EventPlace },
  deadlineMs: number,
): Promise<DayAlerts> {
  const prefix = `${sourcePrefix(PREFIXES.alerts, day.source)}dt=${day.day}/`;
  let keys: string[] = [];
  for await (const [, logged] of loggedDays(archive, prefix)) keys = logged;
  const marks = await keysIn(events, dayMarks(day));
  const allWritten = writtenAlertsMark(day, alertsName(keys));
  if (keys.length === 0 || marks.has(allWritten)) return { isDone: true, alerts: 0 };
  let alerts = 0;
  for (const [index, batch] of (await noteBatches(events, day, marks, keys)).entries()) {
    const written = writtenBatchMark(day, index + 1);
    if (marks.has(written)) continue;
    // One in each call, however short it is: or nothing would ever be done.
    if (alerts > 0 && clock.nowMs() + BATCH_MS > deadlineMs) return { isDone: false, alerts };
    await writeBatch(archive, events, day, place, batch);
    await events.put(written, encode({ alerts: batch.length }));
    alerts += batch.length;
  }
  await events.put(allWritten, encode({ alerts: keys.length }));
  return { isDone: true, alerts };
}

/** @returns the keys of each batch of the day: those that were noted before, then new ones for the rest */
async function noteBatches(
  events: EventStore,
  day: AlertDay,
  marks: ReadonlySet<string>,
  keys: readonly string[],
): Promise<string[][]> {
  const batches: string[][] = [];
  const rest = new Set(keys);
  for (let number = 1; ; number++) {
    const mark = batchMark(day, number);
    const batch = [...rest].slice(0, BATCH_ALERTS);
    const isNoted =
      marks.has(mark) ||
      (batch.length > 0 && (await events.put(mark, encode({ keys: batch }))) === "exists");
    if (!isNoted && batch.length === 0) return batches;
    const noted = isNoted ? await readBatch(events, mark) : batch;
    batches.push(noted);
    for (const key of noted) rest.delete(key);
  }
}

async function readBatch(events: EventStore, mark: string): Promise<string[]> {
  return JSON.parse(Buffer.from(await events.get(mark)).toString()).keys;
}

function encode(mark: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(mark)}\n`);
}

/** A file for each day of the findings: that on which the last entry of an alert happened. */
async function writeBatch(
  archive: Pick<ArchiveStore, "get">,
  events: EventStore,
  day: AlertDay,
  place: EventPlace,
  keys: readonly string[],
): Promise<void> {
  const findings = await inParallel(keys, CONCURRENCY, async (key) =>
    toFinding(await readAlert(archive, day, key), day.version),
  );
  const days = Map.groupBy(findings, ({ time }) => dayOf(time / 1000));
  for (const [eventDay, ofDay] of days) {
    const key = findingsKey(day, eventDay, place, alertsName(keys));
    await events.put(key, toFile(ofDay));
  }
}

function toFile(findings: readonly OcsfEvent<string>[]): Uint8Array {
  const file = new ParquetEvents(columnsOf(FINDINGS_CLASS));
  for (const finding of findings.toSorted((a, b) => a.time - b.time)) {
    file.add(toByteTexts(finding) as OcsfEvent);
  }
  return file.finish();
}

async function readAlert(
  archive: Pick<ArchiveStore, "get">,
  { day, source }: AlertDay,
  key: string,
): Promise<Alert> {
  const body = await archive.get(key).catch((cause) => {
    if (!(cause instanceof ObjectMissingError)) throw cause;
    throw new DayEventsError(`${day} of "${source}": the alert ${key} is missing`, { cause });
  });
  const problem = alertProblem(key, body);
  if (problem !== undefined) throw new DayEventsError(`${day} of "${source}": ${key}: ${problem}`);
  return JSON.parse(Buffer.from(body).toString());
}
