import { decodeText } from "../archive/archive-object.ts";
import { listManifests, manifestKey, newestRevision } from "../archive/sealed-day.ts";
import { CLASS_NAMES, CLASSES, type ClassName, type SchemaVersion } from "../ocsf/classes.ts";
import { columnsOf } from "../ocsf/columns.ts";
import type { EventContext } from "../ocsf/enrichments.ts";
import { EventMaker, type LineEvent } from "../ocsf/line-events.ts";
import { ParquetEvents } from "../ocsf/parquet/parquet-events.ts";
import { type ArchiveStore, type Clock, ObjectMissingError } from "../ports.ts";
import { type ArchivedObject, hashOf, parseManifest } from "../seal/manifest.ts";
import {
  dayMarks,
  type EventPlace,
  type EventUnit,
  eventKey,
  partMark,
  partName,
  sourceMarks,
  unitMark,
  unitPrefix,
} from "./event-key.ts";

/** Where events go. Nothing of it is evidence. */
export interface EventStore extends ArchiveStore {
  /** Nothing happens when it is not there. */
  remove(key: string): Promise<void>;
}

/** The events of a day cannot be made: its lines are not what was sealed, or its alerts not what was logged. */
export class DayEventsError extends Error {
  override readonly name = "DayEventsError";
  readonly code = "day_events";
}

export interface DayEvents {
  /** False when the time was over before: the next call goes on. */
  isDone: boolean;
  /** Entries that were written by this call. */
  entries: number;
}

/** Entries of a part: its files and its rows are in memory. */
const PART_ENTRIES = 200_000;

/** A part takes half a minute of a vCPU. */
const PART_MS = 2 * 60_000;

const CLASS_BY_UID = new Map(CLASS_NAMES.map((name) => [CLASSES[name].uid as number, name]));

/**
 * Days of a source of which a manifest is not written as events.
 *
 * @param marks - see {@link marksOf}
 * @returns UTC, `YYYY-MM-DD`, ascending
 */
export async function daysWithoutEvents(
  archive: Pick<ArchiveStore, "list" | "get" | "put">,
  marks: ReadonlySet<string>,
  source: string,
  version: SchemaVersion,
): Promise<string[]> {
  const manifests = await listManifests(archive, source);
  const missing = manifests.filter(
    ({ day, revision }) => !marks.has(unitMark({ source, day, revision, version })),
  );
  return [...new Set(missing.map(({ day }) => day))];
}

export interface DayPorts {
  archive: ArchiveStore;
  events: EventStore;
  clock: Clock;
  /** Absent: events say what Slack says, and nothing more. */
  context?: EventContext | undefined;
}

/**
 * Write a sealed day's entries as events, each once, whatever interrupts this: every manifest of
 * the day has its own, and each part of them has a name that says what it is made of. A day that
 * is not sealed has none yet.
 *
 * @param deadlineMs - epoch milliseconds
 * @throws {DayEventsError} when an object is not what was sealed
 */
export async function writeDayEvents(
  { archive, events, clock, context }: DayPorts,
  { source, day, version, place }: Omit<EventUnit, "revision"> & { place: EventPlace },
  deadlineMs: number,
): Promise<DayEvents> {
  const newest = await newestRevision(archive, source, day);
  const marks = await keysIn(events, dayMarks({ source, day, version }));
  let entries = 0;
  let before = new Set<string>();
  for (let revision = 1; revision <= newest; revision++) {
    const unit = { source, day, revision, version };
    const sealed = await sealedObjects(archive, unit);
    const added = sealed.filter(({ key }) => !before.has(key));
    before = new Set(sealed.map(({ key }) => key));
    if (marks.has(unitMark(unit))) continue;
    const parts = partsOf(added);
    for (const [part, objects] of parts) {
      if (marks.has(partMark(unit, part))) continue;
      // One in each call, however short it is: or nothing would ever be done.
      if (entries > 0 && clock.nowMs() + PART_MS > deadlineMs) return { isDone: false, entries };
      entries += await writePart({ archive, events, context }, unit, place, part, objects);
    }
    await removeOthers(events, unit, place, new Set(parts.keys()));
    await events.put(unitMark(unit), Buffer.from("{}\n"));
  }
  return { isDone: true, entries };
}

/** @returns which parts of a source's days are there */
export async function marksOf(
  events: EventStore,
  source: string,
  version: SchemaVersion,
): Promise<Set<string>> {
  return await keysIn(events, sourceMarks(version, source));
}

export async function keysIn(events: EventStore, prefix: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { key } of events.list(prefix)) keys.add(key);
  return keys;
}

async function sealedObjects(
  archive: ArchiveStore,
  { source, day, revision }: EventUnit,
): Promise<ArchivedObject[]> {
  const key = manifestKey(source, day, revision);
  return parseManifest(key, await archive.get(key)).hours.flatMap(({ objects }) => objects);
}

/** Objects in the order of time, as many together as a part may have; by the parts' names. */
export function partsOf(objects: readonly ArchivedObject[]): Map<string, ArchivedObject[]> {
  const sorted = objects.toSorted(
    (a, b) => a.min_date_create - b.min_date_create || (a.key < b.key ? -1 : 1),
  );
  const parts: ArchivedObject[][] = [];
  let entries = Number.POSITIVE_INFINITY;
  for (const object of sorted) {
    entries += object.entries;
    if (entries > PART_ENTRIES) {
      parts.push([]);
      entries = object.entries;
    }
    parts.at(-1)?.push(object);
  }
  return new Map(parts.map((part) => [partName(part.map(({ key }) => key)), part]));
}

/** @returns entries */
async function writePart(
  { archive, events, context }: Omit<DayPorts, "clock">,
  unit: EventUnit,
  place: EventPlace,
  part: string,
  objects: readonly ArchivedObject[],
): Promise<number> {
  const files = new Map<ClassName, ParquetEvents>();
  let entries = 0;
  for await (const event of inOrder(archive, unit, context, objects)) {
    const className = CLASS_BY_UID.get(event.class_uid) as ClassName;
    const file = files.get(className) ?? new ParquetEvents(columnsOf(className));
    files.set(className, file);
    file.add(event);
    entries += 1;
  }
  for (const [className, file] of files) {
    await events.put(eventKey(className, unit, place, part), file.finish());
  }
  await events.put(partMark(unit, part), Buffer.from(`${JSON.stringify({ entries })}\n`));
  return entries;
}

/** Events in the order of time; in memory are those of objects that overlap. */
async function* inOrder(
  archive: ArchiveStore,
  unit: EventUnit,
  context: EventContext | undefined,
  objects: readonly ArchivedObject[],
): AsyncGenerator<LineEvent> {
  const maker = new EventMaker(unit.source, unit.version, context);
  let waiting: LineEvent[] = [];
  for (const object of objects) {
    const from = object.min_date_create * 1000;
    waiting.sort((a, b) => a.time - b.time);
    const next = waiting.findIndex(({ time }) => time >= from);
    const ready = next < 0 ? waiting.length : next;
    yield* waiting.slice(0, ready);
    waiting = waiting.slice(ready);
    for (const event of maker.events(await readSealed(archive, unit, object))) waiting.push(event);
  }
  yield* waiting.sort((a, b) => a.time - b.time);
}

async function readSealed(
  archive: ArchiveStore,
  { source, day }: EventUnit,
  { key, sha256 }: ArchivedObject,
): Promise<Buffer> {
  const body = await archive.get(key).catch((cause) => {
    if (!(cause instanceof ObjectMissingError)) throw cause;
    throw new DayEventsError(`${day} of "${source}": ${key} is missing; run verify`, { cause });
  });
  if (hashOf(body) !== sha256) {
    throw new DayEventsError(`${day} of "${source}": ${key} is not what was sealed; run verify`);
  }
  return decodeText(key, body);
}

/** Parts that were begun when an action was of another class. */
async function removeOthers(
  events: EventStore,
  unit: EventUnit,
  place: EventPlace,
  parts: ReadonlySet<string>,
): Promise<void> {
  for (const className of CLASS_NAMES) {
    const expected = new Set([...parts].map((part) => eventKey(className, unit, place, part)));
    for await (const { key } of events.list(unitPrefix(className, unit, place))) {
      if (!expected.has(key)) await events.remove(key);
    }
  }
}
