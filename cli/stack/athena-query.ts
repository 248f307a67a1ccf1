import type { AthenaProgress } from "../../lib/aws/athena-database.ts";
import type { RowStream } from "../../lib/sql/query-result.ts";
import { ActivityLine } from "../output/activity-line.ts";
import { formatBytes, formatSeconds } from "../output/format.ts";
import { describeScan } from "./athena-cost.ts";
import { Deployment } from "./deployment.ts";

/** Between two lines of progress where there is no terminal. */
const LINE_INTERVAL_MS = 30_000;

/** Runs a query, and hands its rows to `take`, whose result it returns. */
export type ReadDeployed = <T>(
  sql: string,
  take: (rows: RowStream) => Promise<T>,
  signal: AbortSignal,
) => Promise<T>;

/**
 * Queries in the stack's workgroup; progress and the bytes scanned go to standard error.
 *
 * @param source - must be one of the stack's
 * @throws {DeployedStackError} when there is no such stack
 */
export async function openDeployed(stackName: string, source?: string): Promise<ReadDeployed> {
  const deployment = await Deployment.find(stackName);
  if (source !== undefined) deployment.source(source);
  const { database } = deployment;
  return async (sql, take, signal) => {
    using display = new QueryDisplay();
    const { taken, scannedBytes, engineMs, queryId } = await database.read(sql, take, {
      signal,
      onProgress: (progress) => display.update(progress),
    });
    display.stop();
    console.error(
      `${describeScan(scannedBytes)}, ${(engineMs / 1000).toFixed(1)} s, query ${queryId}`,
    );
    return taken;
  };
}

class QueryDisplay implements Disposable {
  readonly #line = new ActivityLine();
  #lastLineAtMs = 0;

  update({ state, elapsedMs, scannedBytes }: AthenaProgress): void {
    const text = `Athena: ${state.toLowerCase()}, ${formatSeconds(elapsedMs / 1000)}, ${formatBytes(scannedBytes)} scanned`;
    this.#line.update(text);
    if (!process.stderr.isTTY && elapsedMs - this.#lastLineAtMs >= LINE_INTERVAL_MS) {
      this.#lastLineAtMs = elapsedMs;
      console.error(text);
    }
  }

  stop(): void {
    this.#line.stop();
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
