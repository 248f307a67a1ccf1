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

/**
 * Listed before it is read: of an object that is not there, S3 says 404 only to
 * a role that may list the whole bucket, and 403 to ours.
 */
export async function readIfThere(
  archive: ArchiveStore,
  key: string,
): Promise<Uint8Array | undefined> {
  for await (const object of archive.list(key)) {
    if (object.key === key) return archive.get(key);
  }
  return undefined;
}
