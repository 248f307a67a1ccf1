import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { LakeFileChecks } from "./check-lake-file.ts";
import { allKeys, type LakeFiles } from "./lake-files.ts";

const WATCHING_INTERVAL_MS = 500;

/** Files of an archive that the queries of one connection have opened, as DuckDB has logged them. */
export class OpenedFiles {
  readonly #directory: string;
  readonly #keys: ReadonlySet<string>;
  readonly #connectionId: bigint;

  private constructor(directory: string, keys: ReadonlySet<string>, connectionId: bigint) {
    this.#directory = directory;
    this.#keys = keys;
    this.#connectionId = connectionId;
  }

  /** @param connection - is the one whose files they are */
  static async of(
    connection: DuckDBConnection,
    directory: string,
    files: LakeFiles,
  ): Promise<OpenedFiles> {
    const result = await connection.runAndReadAll("SELECT CAST(current_connection_id() AS BIGINT)");
    const connectionId = result.getRows()[0]?.[0] as bigint;
    return new OpenedFiles(directory, new Set(allKeys(files)), connectionId);
  }

  /**
   * Their keys so far, in order.
   *
   * @param connection - any that is free
   */
  async keys(connection: DuckDBConnection): Promise<string[]> {
    const log = await connection.runAndReadAll(
      `SELECT DISTINCT path FROM duckdb_logs_parsed('FileSystem')
       WHERE op = 'OPEN' AND connection_id = ${this.#connectionId}
       ORDER BY path`,
    );
    const start = `${this.#directory}/`;
    return log
      .getRows()
      .map(([path]) => String(path).slice(start.length))
      .filter((key) => this.#keys.has(key));
  }

  /** Have files checked while a query reads them: one thread of DuckDB leaves a core for it. */
  async watch(
    database: DuckDBInstance,
    checks: LakeFileChecks,
  ): Promise<{ stop: () => Promise<void> }> {
    const watcher = await database.connect();
    let looking: Promise<void> | undefined;
    const watching = setInterval(() => {
      looking ??= this.keys(watcher).then((keys) => {
        checks.add(keys);
        looking = undefined;
      });
      looking.catch(() => {}); // Thrown by `stop`.
    }, WATCHING_INTERVAL_MS);
    const stop = async () => {
      clearInterval(watching);
      await looking;
      watcher.closeSync();
    };
    return { stop };
  }
}
