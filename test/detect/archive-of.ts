import type { WireEntry } from "../../fake-slack/entries.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { hourOf } from "../../lib/time.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";

/** The archive of the source `grid` with these entries, an object an hour. */
export async function archiveOf(entries: Iterable<WireEntry>): Promise<MemoryArchiveStore> {
  const archive = new MemoryArchiveStore();
  for (const ofHour of Map.groupBy(entries, ({ dateCreate }) => hourOf(dateCreate)).values()) {
    const { key, body } = await encodeObject(
      "grid",
      ofHour.map(({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) })),
    );
    await archive.put(key, body);
  }
  return archive;
}
