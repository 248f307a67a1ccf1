import type { ArchiveStore } from "../ports.ts";

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
