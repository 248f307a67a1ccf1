import type { ArchiveStore } from "../ports.ts";
import { decodeLines } from "./archive-object.ts";
import { readLine } from "./archived-entries.ts";
import { PREFIXES, parseObjectKey } from "./object-key.ts";

/**
 * Look for ids in the whole archive of a source, whatever their time.
 *
 * A run need not: what Slack sent once, it sends again with the same
 * `date_create`, so it looks only there. An imported file promises nothing.
 * Reads every object, one after the other.
 *
 * @param onObject - called before each object is read
 * @returns the stored lines of each id that was found: one, or more where an
 * import gave it another time (docs/adr/0016-id-and-time.md)
 */
export async function findArchived(
  store: ArchiveStore,
  source: string,
  ids: ReadonlySet<string>,
  onObject: () => Promise<void>,
): Promise<Map<string, Uint8Array[]>> {
  const found = new Map<string, Uint8Array[]>();
  for await (const { key } of store.list(`${PREFIXES.auditLogs}source=${source}/`)) {
    if (parseObjectKey(key) === undefined) continue;
    await onObject();
    for (const line of await decodeLines(key, await store.get(key))) {
      const { id } = readLine(key, line);
      // A copy: a view would keep all of the object in memory.
      if (ids.has(id)) found.set(id, [...(found.get(id) ?? []), line.slice()]);
    }
  }
  return found;
}
