import cliProgress from "cli-progress";
import type { AthenaProgress } from "../../lib/aws/athena-database.ts";
import type { RowStream } from "../../lib/sql/query-result.ts";
import { formatBytes, formatSeconds } from "../output/format.ts";
import { describeScan } from "./athena-cost.ts";
import { Deployment } from "./deployment.ts";

/** Between two lines of progress where there is no terminal. */
const LINE_INTERVAL_MS = 30_000;

/**
 * Run a query in the stack's workgroup; progress and the bytes scanned go to standard error.
 *
 * @param take - reads the rows
 * @returns what it returned
 */
export async function queryDeployed<T>(
  stackName: string,
  sql: string,
  take: (rows: RowStream) => Promise<T>,
  signal: AbortSignal,
  source?: string,
): Promise<T> {
  const deployment = await Deployment.find(stackName);
  if (source !== undefined) deployment.source(source);
  const { database } = deployment;
  const display = new QueryDisplay();
  try {
    const { taken, scannedBytes, engineMs, queryId } = await database.read(sql, take, {
      signal,
      onProgress: (progress) => display.update(progress),
    });
    display.stop();
    console.error(
      `${describeScan(scannedBytes)}, ${(engineMs / 1000).toFixed(1)} s, query ${queryId}`,
    );
    return taken;
  } finally {
    display.stop();
  }
}

class QueryDisplay {
  readonly #line: cliProgress.SingleBar | undefined;
  #lastLineAtMs = 0;

  constructor() {
    this.#line = process.stderr.isTTY
      ? new cliProgress.SingleBar({
          format: "Athena: {text}",
          clearOnComplete: true,
          hideCursor: true,
          gracefulExit: false, // Ctrl-C is handled by the command, which stops the query.
        })
      : undefined;
  }

  update({ state, elapsedMs, scannedBytes }: AthenaProgress): void {
    const text = `${state.toLowerCase()}, ${formatSeconds(elapsedMs / 1000)}, ${formatBytes(scannedBytes)} scanned`;
    if (this.#line) {
      // Athena does not report how much is left: there is no bar to fill.
      if (this.#line.isActive) this.#line.update(0, { text });
      else this.#line.start(1, 0, { text });
    } else if (elapsedMs - this.#lastLineAtMs >= LINE_INTERVAL_MS) {
      this.#lastLineAtMs = elapsedMs;
      console.error(`Athena: ${text}`);
    }
  }

  stop(): void {
    this.#line?.stop();
  }
}
