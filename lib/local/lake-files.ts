import { columnsKey, parseColumnsKey } from "../archive/columns-key.ts";
import { dayPrefix, PREFIXES, parseObjectKey, SOURCE_NAME } from "../archive/object-key.ts";
import { dayOfManifestKey } from "../seal/manifest.ts";
import type { DirectoryArchiveStore } from "./directory-archive-store.ts";

/** What SQL reads of an archive: keys, ascending. */
export interface LakeFiles {
  entries: string[];
  manifests: string[];
  /** Parquet files of sealed days. */
  columns: string[];
}

/** Those keys that the archive's own readers take, and nothing else that is in the directory. */
export async function listLakeFiles(store: DirectoryArchiveStore): Promise<LakeFiles> {
  const entries = await keysOf(store, PREFIXES.auditLogs, isEntries);
  const manifests = await keysOf(store, PREFIXES.manifests, isManifest);
  const sealed = new Set(manifests.map((key) => /source=[^.]+/.exec(key)?.[0]));
  const columns = await keysOf(store, PREFIXES.compact, (key) => {
    const { source, day } = parseColumnsKey(key) ?? {};
    return (
      source !== undefined &&
      day !== undefined &&
      key === columnsKey(source, day) &&
      sealed.has(`source=${source}/dt=${day}`)
    );
  });
  return { entries, manifests, columns };
}

/** Keys of a day's objects, ascending. */
export function listDayObjects(
  store: DirectoryArchiveStore,
  source: string,
  day: string,
): Promise<string[]> {
  return keysOf(store, dayPrefix(PREFIXES.auditLogs, source, day), isEntries);
}

async function keysOf(
  store: DirectoryArchiveStore,
  prefix: string,
  isRead: (key: string) => boolean,
): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.keys(prefix)) {
    if (isRead(key)) keys.push(key);
  }
  return keys;
}

function isEntries(key: string): boolean {
  const name = parseObjectKey(key);
  return name !== undefined && SOURCE_NAME.test(name.source);
}

function isManifest(key: string): boolean {
  const source = /^manifests\/source=([^/]+)\//.exec(key)?.[1] ?? "";
  return SOURCE_NAME.test(source) && dayOfManifestKey(source, key) !== undefined;
}
