import { totalmem } from "node:os";
import { sealedHeadsOf } from "../../lib/archive/sealed-heads.ts";
import { readCheckpointsIn, sourcesIn } from "../../lib/local/archive-directory.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { ReportPorts } from "../../lib/report/collect.ts";
import type { ReportScope } from "../../lib/report/questions.ts";
import packageJson from "../../package.json" with { type: "json" };

/** Threads of DuckDB, each of which takes some 100 MB. */
const THREADS_MAX = 1;

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
  // DuckDB is optional, and slow to load.
  const { openLake } = await import("../../lib/local/lake-database.ts");
  return {
    version: packageJson.version,
    archive: directory,
    store: new DirectoryArchiveStore(directory),
    sources,
    heads: heads ?? new Map(),
    readAll: async (statements, days, take) => {
      using lake = await openLake(directory, {
        threadsMax: THREADS_MAX,
        memoryMaxBytes: Math.min(MEMORY_MAX_BYTES, Math.floor(totalmem() / 2)),
        onNotice: ({ key, problem }) =>
          console.error(`audit-lake: reading the lines of the day instead of ${key}: ${problem}`),
      });
      return await lake.readAll(statements, days, take, signal);
    },
    rules,
    addresses,
  };
}
