import { randomUUID } from "node:crypto";
import { Archive } from "../archive/archive.ts";
import { type ArchiveEntry, ListedEntries } from "../archive/entry-rows.ts";
import { findArchived } from "../archive/find-archived.ts";
import { sealedDays } from "../archive/sealed-day.ts";
import { importWriter } from "../archive/writer.ts";
import type { ArchiveStore } from "../ports.ts";
import { type LeasePorts, SourceBusyError, type WriterLease, withLease } from "../run/lease.ts";
import type { PageEntry } from "../slack/entry-table.ts";
import { dayOf, END_OF_TIME, hourOf } from "../time.ts";

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

/** An entry without a usable id or date_create, or one whose id is taken by another text. */
interface QuarantinedEntry extends EntryPlace {
  /** What cannot be used; nothing when the id is taken. */
  missing: ("id" | "date_create")[];
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
  /** Entries among those stored whose day is sealed: an addendum, which the next seal of the day seals. */
  addenda: (EntryPlace & { id: string; day: string })[];
  /** Entries that are kept under `quarantine/` only. */
  quarantined: QuarantinedEntry[];
  /** Keys of the objects that hold those. */
  quarantineKeys: string[];
  /** Objects written now, and their compressed size. */
  objects: number;
  bytes: number;
}

interface ImportPorts extends LeasePorts {
  archive: ArchiveStore;
}

/** An import looks for ids whatever their time, so it claims all of it. */
const ALL_TIME = { from: 0, until: END_OF_TIME };

/**
 * Store the entries of files as a run stores those of pages: by hour, each id
 * once, the text as it stands. The watermark stays where it is, since a file
 * says nothing about what is missing from it. What belongs to a sealed day is
 * stored as an addendum to it.
 *
 * @throws {SourceBusyError} when another writer is at work on the source
 */
export async function importEntries(
  ports: ImportPorts,
  source: string,
  files: readonly ImportedFile[],
): Promise<ImportReport> {
  const imported = await withLease(
    ports,
    {
      ...{ source, writer: importWriter(source), owner: randomUUID() },
      deadlineMs: Number.POSITIVE_INFINITY,
      rangesFor: () => [ALL_TIME],
    },
    (lease) => store(ports, lease, source, files),
  );
  if (imported.held) return imported.result;
  const { owner } = imported.heldBy;
  const writer = "writer" in imported.heldBy ? imported.heldBy.writer : importWriter(source);
  throw new SourceBusyError(
    `${writer} (${owner}) is writing to source "${source}"; import when it has ended`,
  );
}

async function store(
  ports: ImportPorts,
  lease: WriterLease,
  source: string,
  files: readonly ImportedFile[],
): Promise<ImportReport> {
  const archive = new Archive(ports.archive, { source, guard: lease, clock: ports.clock });
  const { fresh, repeated, refused } = sortOut(files);
  const ids = new Set(fresh.keys());
  const archived = await findArchived(ports.archive, source, ids, () => lease.renew());
  let alreadyArchived = 0;
  for (const [id, lines] of archived) {
    const candidate = fresh.get(id);
    fresh.delete(id);
    if (candidate === undefined) continue;
    if (lines.some((line) => isSameText(line, candidate.bytes))) {
      alreadyArchived += 1;
    } else {
      repeated.push({ ...candidate.place, id, keptInstead: null, sameText: false });
      refused.push({ ...candidate, missing: [] });
    }
  }
  const sealed = new Set(await sealedDays(ports.archive, source));
  const addenda = [...fresh.values()]
    .map(({ id, dateCreate, place }) => ({ ...place, id, day: dayOf(dateCreate) }))
    .filter(({ day }) => sealed.has(day));
  const quarantineKeys = await quarantine(archive, refused);
  const newestFirst = [...fresh.values()].sort((a, b) => b.dateCreate - a.dateCreate);
  const { added, objects, bytes } = await archive.store(new ListedEntries(newestFirst));
  return {
    source,
    files: files.length,
    stored: added.length,
    alreadyArchived,
    repeated,
    addenda,
    quarantined: refused.map(({ place, missing }) => ({ ...place, missing })),
    quarantineKeys,
    objects,
    bytes,
  };
}

/**
 * Keep what is not stored: by file, so that the same file is not kept twice, and
 * by the hour that each entry claims, so that its day's manifest has it; the
 * first hour of 1970 for those that claim none.
 */
async function quarantine(archive: Archive, refused: readonly Refused[]): Promise<string[]> {
  const groups = Map.groupBy(refused, ({ place, dateCreate = 0 }) =>
    JSON.stringify([hourOf(dateCreate), place.file]),
  );
  const keys = new Set<string>();
  for (const group of groups.values()) {
    const { dateCreate = 0 } = group[0] ?? {};
    const texts = group.map(({ bytes }) => bytes);
    for (const key of (await archive.quarantine(texts, dateCreate)).keys) keys.add(key);
  }
  return [...keys].sort();
}

interface Candidate extends ArchiveEntry {
  place: EntryPlace;
}

/** What is not stored, and why. */
interface Refused extends Pick<Candidate, "bytes" | "place"> {
  /** Epoch seconds; nothing when it has no usable time. */
  dateCreate: number | undefined;
  missing: QuarantinedEntry["missing"];
}

function sortOut(files: readonly ImportedFile[]) {
  const fresh = new Map<string, Candidate>();
  const repeated: RepeatedEntry[] = [];
  const refused: Refused[] = [];
  for (const { name, entries } of files) {
    for (const [i, entry] of entries.entries()) {
      const place = { file: name, entry: i + 1 };
      if (!isStorable(entry)) {
        const { dateCreate, bytes } = entry;
        refused.push({ place, dateCreate, bytes, missing: missingIn(entry) });
        continue;
      }
      const { id, dateCreate, bytes } = entry;
      const first = fresh.get(id);
      if (first === undefined) {
        fresh.set(id, { id, dateCreate, bytes, place });
      } else {
        const sameText = isSameText(first.bytes, bytes);
        repeated.push({ ...place, id, keptInstead: first.place, sameText });
        if (!sameText) refused.push({ place, dateCreate, bytes, missing: [] });
      }
    }
  }
  return { fresh, repeated, refused };
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
