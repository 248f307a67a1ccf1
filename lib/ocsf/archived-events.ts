import { ArchiveObjectError, decodeText, measureText } from "../archive/archive-object.ts";
import type { ObjectName } from "../archive/object-key.ts";
import { objectsInRange } from "../archive/objects-in-range.ts";
import type { ArchiveStore, StoredObject } from "../ports.ts";
import type { TimeRange } from "../time.ts";
import type { SchemaVersion } from "./classes.ts";
import type { EventContext } from "./enrichments.ts";
import { EventMaker, type LineEvent } from "./line-events.ts";

/** Which entries become events; what is absent does not restrict them. */
export interface EventSelection extends Partial<TimeRange> {
  source?: string | undefined;
}

/**
 * Entries of an archive as events, each object compared with its name before anything of it is
 * given out. In memory are the lines of one object; an event is made when it is asked for.
 *
 * @param context - what is added to each event
 * @param onDamaged - told of each object that is left out, since it is damaged; without it,
 * that is an error
 * @returns the events of each object, to be gone through once: oldest first within a source
 * @throws {ArchiveObjectError} when an object is damaged
 */
export async function* archivedEvents(
  store: Pick<ArchiveStore, "list" | "get">,
  { source, from = 0, until = Number.POSITIVE_INFINITY }: EventSelection,
  version: SchemaVersion,
  context?: EventContext,
  onDamaged?: (key: string, problem: string) => void,
): AsyncGenerator<Iterable<LineEvent>> {
  const makers = new Map<string, EventMaker>();
  for await (const object of objectsInRange(store, source, { from, until })) {
    const { key } = object;
    const text = await readObject(store, object).catch((error) => {
      if (!(error instanceof ArchiveObjectError) || onDamaged === undefined) throw error;
      onDamaged(key, error.problem);
      return Buffer.of();
    });
    const maker = makers.get(object.source) ?? new EventMaker(object.source, version, context);
    makers.set(object.source, maker);
    const events = maker.events(text);
    const isWithin = object.minDateCreate >= from && object.maxDateCreate < until;
    yield isWithin ? events : eventsWithin({ from, until }, events);
  }
}

function* eventsWithin(
  { from, until }: TimeRange,
  events: Iterable<LineEvent>,
): Generator<LineEvent> {
  for (const event of events) {
    if (event.time >= from * 1000 && event.time < until * 1000) yield event;
  }
}

async function readObject(
  store: Pick<ArchiveStore, "get">,
  { key, hash }: StoredObject & ObjectName,
): Promise<Buffer> {
  const text = await decodeText(key, await store.get(key));
  if (measureText(text).hash !== hash) {
    throw new ArchiveObjectError(key, "its lines are not those that its name was made from");
  }
  return text;
}
