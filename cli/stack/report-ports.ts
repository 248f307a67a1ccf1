import type { ReportPorts } from "../../lib/report/collect.ts";
import type { RowStream } from "../../lib/sql/query-result.ts";
import { sealedHeadsOf } from "../run/known-sources.ts";
import { describeScan } from "./athena-cost.ts";
import { Deployment } from "./deployment.ts";

/** Queries of a report that Athena runs at the same time. */
const CONCURRENCY = 4;

/**
 * What a report of a deployed stack is made from: Athena, and its archive's manifests. The alerts
 * are those that the stack has kept: running the rules would read every object. The bytes scanned go to standard error.
 *
 * @param of.source - absent: all
 * @param of.hasAlertLog - whether its log of alerts is to be read
 */
export async function deployedReportPorts(
  stackName: string,
  version: string,
  { source, hasAlertLog }: { source: string | undefined; hasAlertLog: boolean },
  signal: AbortSignal,
): Promise<ReportPorts> {
  const deployment = await Deployment.find(stackName);
  if (source !== undefined) deployment.source(source);
  const { archive, checkpoints, database, stack } = deployment;
  const sources = source === undefined ? stack.sources.map(({ name }) => name) : [source];
  return {
    version,
    archive: `s3://${stack.archiveBucket}`,
    store: archive,
    sources,
    hasAlertLog,
    heads: await sealedHeadsOf(checkpoints, sources),
    readAll: async <T>(
      statements: readonly string[],
      _days: unknown,
      take: (rows: RowStream, index: number) => Promise<T>,
    ) => {
      const results: T[] = [];
      let scannedBytes = 0;
      const rest = statements.entries();
      const runRest = async () => {
        for (const [index, sql] of rest) {
          const read = await database.read(sql, (rows) => take(rows, index), { signal });
          results[index] = read.taken;
          scannedBytes += read.scannedBytes;
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, runRest));
      console.error(`${statements.length} queries, ${describeScan(scannedBytes)}`);
      return results;
    },
  };
}
