import type { WriteGuard } from "../archive/archive.ts";
import type { ArchiveStore } from "../ports.ts";

/** @returns the bytes that are under the key: an earlier run may have written it */
export async function putOrGet(
  archive: ArchiveStore,
  guard: WriteGuard,
  key: string,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const outcome = await guard.write(() => archive.put(key, bytes));
  return outcome === "created" ? bytes : await archive.get(key);
}
