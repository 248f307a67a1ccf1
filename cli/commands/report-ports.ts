import { totalmem } from "node:os";
import { dayPrefix, PREFIXES } from "../../lib/archive/object-key.ts";
import { sealedHeadsOf } from "../../lib/archive/sealed-heads.ts";
import { readCheckpointsIn, sourcesIn } from "../../lib/local/archive-directory.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { ReportPorts } from "../../lib/report/collect.ts";
import type { ReportScope } from "../../lib/report/questions.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../../lib/time.ts";
import packageJson from "../../package.json" with { type: "json" };
import { entryFinderOf } from "./entry-finder.ts";

/**
 * Compressed lines of the period, up to which DuckDB has one thread: a report of a week stays small,
 * as each thread takes some 100 MB. With more it has all cores, which it shares with the rules.
 */
const ONE_THREAD_BYTES_MAX = 50e6;

/** What compares all entries of a person takes 2 GB for ten million entries; with too little it takes hours. */
const MEMORY_MAX_BYTES = 4e9;

/**
 * What a report of an archive on disk is made from. What is read instead of a file that cannot be
 * used is said on standard error.
 */
export async function portsOfDirectory(
  directory: string,
  scope: ReportScope,
  signal: AbortSignal,
  { rules, addresses }: Pick<ReportPorts, "rules" | "addresses">,
): Promise<ReportPorts> {
  const sources = scope.source === undefined ? await sourcesIn(directory) : [scope.source];
  const heads = await readCheckpointsIn(directory, (checkpoints) =>
    sealedHeadsOf(checkpoints, sources),
  );
  const store = new DirectoryArchiveStore(directory);
  // DuckDB is optional, and slow to load.
  const { openLake } = await import("../../lib/local/lake-database.ts");
  return {
    version: packageJson.version,
    archive: directory,
    store,
    sources,
    heads: heads ?? new Map(),
    readAll: async (statements, days, take, onReading) => {
      const isLarge = (await linesBytes(store, sources, scope.period)) > ONE_THREAD_BYTES_MAX;
      using lake = await openLake(directory, {
        threadsMax: isLarge ? undefined : 1,
        freedAtOnce: !isLarge,
        memoryMaxBytes: Math.min(MEMORY_MAX_BYTES, Math.floor(totalmem() / 2)),
        onNotice: ({ key, problem }) =>
          console.error(`audit-lake: reading the lines of the day instead of ${key}: ${problem}`),
      });
      return await lake.readAll(statements, days, take, signal, onReading);
    },
    rules,
    finder: await entryFinderOf(directory),
    addresses,
  };
}

/** Bytes of the objects that have entries of a report; no folder of another day is looked into. */
async function linesBytes(
  store: DirectoryArchiveStore,
  sources: readonly string[],
  { from, to }: ReportScope["period"],
): Promise<number> {
  let bytes = 0;
  for (const source of sources) {
    for (let second = startOfDay(from); second <= startOfDay(to); second += SECONDS_PER_DAY) {
      const prefix = dayPrefix(PREFIXES.auditLogs, source, dayOf(second));
      for await (const { sizeBytes } of store.list(prefix)) bytes += sizeBytes;
    }
  }
  return bytes;
}
