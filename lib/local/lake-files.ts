import { isAlertKey } from "../archive/alert-object.ts";
import { columnsKey, parseColumnsKey } from "../archive/columns-key.ts";
import { dayPrefix, PREFIXES, parseObjectKey, SOURCE_NAME } from "../archive/object-key.ts";
import { parseManifestKey } from "../archive/sealed-day.ts";
import type { DirectoryArchiveStore } from "./directory-archive-store.ts";

/** What SQL reads of an archive: keys, ascending. */
export interface LakeFiles {
  entries: string[];
  manifests: string[];
  alerts: string[];
  /** Parquet files of sealed days. */
  columns: string[];
}

/**
 * Those keys that the archive's own readers take, and nothing else that is in
 * the directory. Of a day that was sealed again, the newest manifest counts.
 */
export async function listLakeFiles(store: DirectoryArchiveStore): Promise<LakeFiles> {
  const entries = await keysOf(store, PREFIXES.auditLogs, isEntries);
  const manifests = await newestManifests(store);
  const columns = await keysOf(store, PREFIXES.compact, (key) => {
    const { source, day } = parseColumnsKey(key) ?? {};
    return (
      source !== undefined &&
      day !== undefined &&
      key === columnsKey(source, day) &&
      manifests.has(`${source}/${day}`)
    );
  });
  const alerts = await keysOf(store, PREFIXES.alerts, isAlertKey);
  return { entries, manifests: [...manifests.values()], alerts, columns };
}

export function allKeys({ entries, manifests, alerts, columns }: LakeFiles): string[] {
  return [...entries, ...manifests, ...alerts, ...columns];
}

export function withoutKeys(files: LakeFiles, unused: ReadonlySet<string>): LakeFiles {
  if (unused.size === 0) return files;
  const rest = (keys: readonly string[]) => keys.filter((key) => !unused.has(key));
  return {
    entries: rest(files.entries),
    manifests: rest(files.manifests),
    alerts: rest(files.alerts),
    columns: rest(files.columns),
  };
}

/** Keys by source and day. */
async function newestManifests(store: DirectoryArchiveStore): Promise<Map<string, string>> {
  const newest = new Map<string, { revision: number; key: string }>();
  for await (const key of store.keys(PREFIXES.manifests)) {
    const source = /^manifests\/source=([^/]+)\//.exec(key)?.[1] ?? "";
    const { day, revision } = parseManifestKey(source, key) ?? {};
    if (day === undefined || revision === undefined || !SOURCE_NAME.test(source)) continue;
    const known = newest.get(`${source}/${day}`)?.revision ?? 0;
    if (revision > known) newest.set(`${source}/${day}`, { revision, key });
  }
  return new Map([...newest].map(([day, { key }]) => [day, key]));
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
