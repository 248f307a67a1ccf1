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
  /** What has the name of one of these and is no file, with what is wrong: SQL must not open it. */
  irregular: ReadonlyMap<string, string>;
}

/**
 * Those keys that the archive's own readers take, and nothing else that is in
 * the directory. Of a day that was sealed again, the newest manifest counts.
 */
export async function listLakeFiles(store: DirectoryArchiveStore): Promise<LakeFiles> {
  const irregular = new Map<string, string>();
  const list = (prefix: string, isRead: (key: string) => boolean) =>
    regularFiles(store, prefix, isRead, irregular);
  const entries = await list(PREFIXES.auditLogs, isEntries);
  const manifests = newestOf(
    await list(PREFIXES.manifests, (key) => manifestOf(key) !== undefined),
  );
  const columns = await list(PREFIXES.compact, (key) => {
    const { source, day } = parseColumnsKey(key) ?? {};
    return (
      source !== undefined &&
      day !== undefined &&
      key === columnsKey(source, day) &&
      manifests.has(`${source}/${day}`)
    );
  });
  const alerts = await list(PREFIXES.alerts, isAlertKey);
  return { entries, manifests: [...manifests.values()], alerts, columns, irregular };
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
    irregular: new Map([...files.irregular].filter(([key]) => !unused.has(key))),
  };
}

interface ManifestFile {
  source: string;
  day: string;
  revision: number;
}

function manifestOf(key: string): ManifestFile | undefined {
  const source = /^manifests\/source=([^/]+)\//.exec(key)?.[1] ?? "";
  const sealed = parseManifestKey(source, key);
  return sealed && SOURCE_NAME.test(source) ? { source, ...sealed } : undefined;
}

/** Keys by source and day. */
function newestOf(keys: readonly string[]): Map<string, string> {
  const newest = new Map<string, { revision: number; key: string }>();
  for (const key of keys) {
    const { source, day, revision = 0 } = manifestOf(key) ?? {};
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
  return regularFiles(store, dayPrefix(PREFIXES.auditLogs, source, day), isEntries);
}

/** @param irregular - takes those that are no files */
async function regularFiles(
  store: DirectoryArchiveStore,
  prefix: string,
  isRead: (key: string) => boolean,
  irregular?: Map<string, string>,
): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key, problem } of store.files(prefix)) {
    if (!isRead(key)) continue;
    if (problem === undefined) keys.push(key);
    else irregular?.set(key, problem);
  }
  return keys;
}

function isEntries(key: string): boolean {
  const name = parseObjectKey(key);
  return name !== undefined && SOURCE_NAME.test(name.source);
}
