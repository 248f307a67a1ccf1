import { randomUUID } from "node:crypto";
import { Archive } from "../archive/archive.ts";
import type { ArchiveEntry } from "../archive/archive-object.ts";
import { findArchived } from "../archive/find-archived.ts";
import { liveLane, sealLane, sourceOfLane } from "../archive/lane.ts";
import type { ArchiveStore, CheckpointStore, Clock } from "../ports.ts";
import { LeaseGuard } from "../run/lease.ts";
import { sealedDays, sealingDay } from "../seal/sealed-days.ts";
import type { PageEntry } from "../slack/page.ts";
import { dayOf } from "../time.ts";

export interface ImportedFile {
  name: string;
  entries: readonly PageEntry[];
}

/** An entry's place: the file, and which of its entries, from 1. */
export interface EntryPlace {
  file: string;
  entry: number;
}

/** An entry that was left out because its id is taken. */
interface RepeatedEntry extends EntryPlace {
  id: string;
  /** Which entry was stored instead; null: one that was archived before this import. */
  keptInstead: EntryPlace | null;
  sameText: boolean;
}

export interface ImportReport {
  source: string;
  files: number;
  /** Entries written now. */
  stored: number;
  /** Entries that were archived before, with the same text. */
  alreadyArchived: number;
  /** Entries whose id repeats within these files, or is archived with another text. */
  repeated: RepeatedEntry[];
  /** Entries that were refused: their day is sealed, or being closed, and is never changed. */
  sealed: (EntryPlace & { id: string; day: string })[];
  /** Entries without a usable id or date_create, now under `quarantine/`. */
  quarantined: (EntryPlace & { missing: ("id" | "date_create")[] })[];
  /** Objects written now, and their compressed size. */
  objects: number;
  bytes: number;
}

/** A run is writing to the source; two writers could not tell what the other stores. */
export class SourceBusyError extends Error {
  override readonly name = "SourceBusyError";
  readonly code = "source_busy";
}

interface ImportPorts {
  archive: ArchiveStore;
  checkpoints: CheckpointStore;
  clock: Clock;
}

/**
 * Store the entries of files as a run stores those of pages: by hour, each id
 * once, the text as it stands. The watermark stays where it is, since a file
 * says nothing about what is missing from it. No day is closed meanwhile, so
 * that none is sealed without what is stored here.
 *
 * @throws {SourceBusyError} when a run or a close of day is at work on the source
 */
export function importEntries(
  ports: ImportPorts,
  source: string,
  files: readonly ImportedFile[],
): Promise<ImportReport> {
  return whileHeld(ports, liveLane(source), (live) =>
    whileHeld(ports, sealLane(source), (close) => {
      const archive = new Archive(ports.archive, source, () => {
        live.assertHeld();
        close.assertHeld();
      });
      return store(archive, ports, source, files);
    }),
  );
}

/** Be the one writer of a lane while `work` lasts. */
async function whileHeld<T>(
  { checkpoints, clock }: ImportPorts,
  lane: string,
  work: (lease: LeaseGuard) => Promise<T>,
): Promise<T> {
  const owner = randomUUID();
  const lease = new LeaseGuard(lane, owner, Number.POSITIVE_INFINITY, clock);
  const acquired = await checkpoints.acquire(lane, lease.current, clock.nowMs());
  if (!acquired.held) {
    const source = sourceOfLane(lane);
    throw new SourceBusyError(
      `a run (${acquired.heldBy.owner}) is writing to source "${source}": import when it has ended`,
    );
  }
  try {
    return await work(lease);
  } finally {
    await checkpoints.release(lane, owner, clock.nowMs());
  }
}

async function store(
  archive: Archive,
  ports: ImportPorts,
  source: string,
  files: readonly ImportedFile[],
): Promise<ImportReport> {
  const { fresh, repeated, quarantined } = sortOut(files);
  const archived = await findArchived(ports.archive, source, new Set(fresh.keys()));
  let alreadyArchived = 0;
  for (const [id, line] of archived) {
    const candidate = fresh.get(id);
    fresh.delete(id);
    if (candidate === undefined) continue;
    if (isSameText(line, candidate.bytes)) {
      alreadyArchived += 1;
    } else {
      repeated.push({ ...candidate.place, id, keptInstead: null, sameText: false });
    }
  }
  const sealed = await takeSealed(ports, source, fresh);
  for (const { entries } of files) {
    const texts = entries.filter((entry) => !isStorable(entry)).map(({ bytes }) => bytes);
    // One place for all imports, so that the same file is not kept twice.
    if (texts.length > 0) await archive.quarantine(texts, 0);
  }
  const newestFirst = [...fresh.values()].sort((a, b) => b.dateCreate - a.dateCreate);
  const { added, objects, bytes } = await archive.store(newestFirst);
  return {
    source,
    files: files.length,
    stored: added.length,
    alreadyArchived,
    repeated,
    sealed,
    quarantined,
    objects,
    bytes,
  };
}

/** Take out the entries that would change a sealed day, or one of which hours are described already. */
async function takeSealed(
  { archive, checkpoints }: ImportPorts,
  source: string,
  fresh: Map<string, Candidate>,
): Promise<ImportReport["sealed"]> {
  const closing = sealingDay(source, await checkpoints.lanes(source));
  const days = new Set([...(await sealedDays(archive, source)), closing]);
  const sealed: ImportReport["sealed"] = [];
  for (const { id, dateCreate, place } of fresh.values()) {
    const day = dayOf(dateCreate);
    if (days.has(day)) {
      sealed.push({ ...place, id, day });
      fresh.delete(id);
    }
  }
  return sealed;
}

interface Candidate extends ArchiveEntry {
  place: EntryPlace;
}

function sortOut(files: readonly ImportedFile[]) {
  const fresh = new Map<string, Candidate>();
  const repeated: RepeatedEntry[] = [];
  const quarantined: ImportReport["quarantined"] = [];
  for (const { name, entries } of files) {
    for (const [i, entry] of entries.entries()) {
      const place = { file: name, entry: i + 1 };
      if (!isStorable(entry)) {
        quarantined.push({ ...place, missing: missingIn(entry) });
        continue;
      }
      const { id, dateCreate, bytes } = entry;
      const first = fresh.get(id);
      if (first === undefined) {
        fresh.set(id, { id, dateCreate, bytes, place });
      } else {
        const sameText = isSameText(first.bytes, bytes);
        repeated.push({ ...place, id, keptInstead: first.place, sameText });
      }
    }
  }
  return { fresh, repeated, quarantined };
}

function isStorable(entry: PageEntry): entry is PageEntry & { id: string; dateCreate: number } {
  return entry.id !== undefined && entry.dateCreate !== undefined;
}

function missingIn(entry: PageEntry): ("id" | "date_create")[] {
  return [
    ...(entry.id === undefined ? ["id" as const] : []),
    ...(entry.dateCreate === undefined ? ["date_create" as const] : []),
  ];
}

function isSameText(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
