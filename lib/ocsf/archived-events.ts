import { ArchiveObjectError, decodeLines, hashLines } from "../archive/archive-object.ts";
import { type ObjectName, PREFIXES, parseObjectKey, sourcePrefix } from "../archive/object-key.ts";
import type { ArchiveStore } from "../ports.ts";
import type { TimeRange } from "../time.ts";
import type { SchemaVersion } from "./classes.ts";
import { type OcsfEvent, toEvent } from "./event.ts";

/** So few that they are gone again before the next are made. */
const BATCH_EVENTS = 500;

/** Which entries become events; what is absent does not restrict them. */
export interface EventSelection extends Partial<TimeRange> {
  source?: string | undefined;
}

/**
 * Entries of an archive as events, each object compared with its name before anything of it is
 * given out. In memory are the lines of one object and the events of one batch.
 *
 * @param onDamaged - told of each object that is left out, since it is damaged; without it,
 * that is an error
 * @returns events in batches: oldest first within a source
 * @throws {ArchiveObjectError} when an object is damaged
 */
export async function* archivedEvents(
  store: Pick<ArchiveStore, "list" | "get">,
  { source, from = 0, until = Number.POSITIVE_INFINITY }: EventSelection,
  version: SchemaVersion,
  onDamaged?: (key: string, problem: string) => void,
): AsyncGenerator<OcsfEvent[]> {
  for await (const { key } of store.list(sourcePrefix(PREFIXES.auditLogs, source))) {
    const name = parseObjectKey(key);
    if (name === undefined || name.maxDateCreate < from || name.minDateCreate >= until) continue;
    const isWithin = name.minDateCreate >= from && name.maxDateCreate < until;
    const lines = await readObject(store, key, name).catch((error) => {
      if (!(error instanceof ArchiveObjectError) || onDamaged === undefined) throw error;
      onDamaged(key, error.problem);
      return [];
    });
    for (let start = 0; start < lines.length; start += BATCH_EVENTS) {
      const events = lines
        .slice(start, start + BATCH_EVENTS)
        .map((line) => toEvent(textOf(line), name.source, version));
      yield isWithin
        ? events
        : events.filter(({ time }) => time >= from * 1000 && time < until * 1000);
    }
  }
}

/** UTF-8, without a copy of the bytes. */
function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}

async function readObject(
  store: Pick<ArchiveStore, "get">,
  key: string,
  { hash }: ObjectName,
): Promise<Uint8Array[]> {
  const lines = await decodeLines(key, await store.get(key));
  if (hashLines(lines) !== hash) {
    throw new ArchiveObjectError(key, "its lines are not those that its name was made from");
  }
  return lines;
}
