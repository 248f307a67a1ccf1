import type { ArchiveStore, StoredObject } from "../ports.ts";
import type { TimeRange } from "../time.ts";
import { type ObjectName, PREFIXES, parseObjectKey, sourcePrefix } from "./object-key.ts";

/**
 * The objects of which entries may be in a range, ascending by key, with what their names say.
 *
 * @param range - what is absent does not restrict them
 */
export async function* objectsInRange(
  store: Pick<ArchiveStore, "list">,
  source: string | undefined,
  { from = 0, until = Number.POSITIVE_INFINITY }: Partial<TimeRange>,
): AsyncGenerator<StoredObject & ObjectName> {
  for await (const object of store.list(sourcePrefix(PREFIXES.auditLogs, source))) {
    const name = parseObjectKey(object.key);
    if (name === undefined || name.maxDateCreate < from || name.minDateCreate >= until) continue;
    yield { ...object, ...name };
  }
}
