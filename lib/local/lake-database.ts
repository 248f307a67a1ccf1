import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { PREFIXES } from "../archive/object-key.ts";
import {
  type CopyRequest,
  collectRows,
  QueryError,
  type QueryResult,
  type RowStream,
} from "../sql/query-result.ts";
import { addAddressColumns, createAddressFunctions } from "./address-columns.ts";
import { describeDamaged, LakeFileChecks } from "./check-lake-file.ts";
import { DirectoryArchiveStore } from "./directory-archive-store.ts";
import { createDatabase, escapePattern, quote, streamRows, toQueryError } from "./duckdb.ts";
import { allKeys, type LakeFiles, listLakeFiles, withoutKeys } from "./lake-files.ts";
import type { LakeOptions } from "./lake-options.ts";
import { createLakeViews, type Days } from "./lake-views.ts";
import { OpenedFiles } from "./opened-files.ts";
import { prepareWide } from "./prepare-wide.ts";
import { assertReadsOnly } from "./read-only-sql.ts";
import { copyResult } from "./result-copy.ts";
import { withReadableTypes } from "./result-types.ts";
import { SharedReading } from "./shared-reading.ts";

const INTERRUPTION_INTERVAL_MS = 20;
const PROGRESS_INTERVAL_MS = 250;

/**
 * An archive in a directory as a database: the tables and views that Athena
 * has, with Trino's functions. Each query reads the files that the archive's
 * own listing accepts when it begins, and gives rows only once every file that
 * it opened was checked: DuckDB itself ends a damaged gzip stream in silence.
 */
export class LakeDatabase implements Disposable {
  readonly #directory: string;
  readonly #database: DuckDBInstance;
  readonly #options: LakeOptions;
  #running = 0;

  /** @internal see `openLake` */
  constructor(directory: string, database: DuckDBInstance, options: LakeOptions) {
    this.#directory = directory;
    this.#database = database;
    this.#options = options;
  }

  /**
   * Run one SELECT. Anything else is refused, so that a query cannot change
   * the archive or write elsewhere.
   *
   * @throws {QueryError} when the query is wrong, or an object is damaged
   * @throws the signal's reason when it is aborted
   */
  query(sql: string, signal?: AbortSignal): Promise<QueryResult> {
    return this.read(sql, collectRows, signal);
  }

  /**
   * The same, with the rows as they come.
   *
   * @param take - reads them; called again, for rows from the start, when a file
   * that was read turns out not to be what it should be and the query can do without
   * it. What it has made of the rows must not be given out before this returns.
   * @returns what `take` returned at last
   * @throws as {@link query}, and what `take` throws
   */
  read<T>(sql: string, take: (rows: RowStream) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#readVerified(
      async (connection, files) => take(await this.#select(connection, sql, files)),
      signal,
    );
  }

  /**
   * Run several SELECTs over `audit_logs`, `archive_hours` and `alerts`, one after the other, in the
   * order that takes the least memory: all read the same files, and lines of the named days are
   * parsed once for all of them. A column of a result to which its statement gives no name may have
   * another than {@link query} gives it.
   *
   * @param take - as of {@link read}, with the index of the statement
   * @param onReading - called before the lines are parsed, again where {@link read} begins again
   * @returns what `take` returned, in the order of the statements
   */
  readAll<T>(
    statements: readonly string[],
    days: Days,
    take: (rows: RowStream, index: number) => Promise<T>,
    signal?: AbortSignal,
    onReading?: () => void,
  ): Promise<T[]> {
    return this.#readVerified(async (connection, files) => {
      onReading?.();
      const taken: T[] = [];
      const reading = await SharedReading.prepare(
        connection,
        this.#directory,
        files,
        days,
        statements,
      ).catch(throwQueryError);
      for (const index of reading.order) {
        const prepared = await reading.prepareStatement(index).catch(throwQueryError);
        taken[index] = await take(streamRows(prepared), index);
      }
      return taken;
    }, signal);
  }

  /** @param work - reads the files; called again without those that it must do without */
  async #readVerified<T>(
    work: (connection: DuckDBConnection, files: LakeFiles) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const checks = new LakeFileChecks(this.#directory, signal);
    const unused = new Set<string>();
    for (;;) {
      const listed = await listLakeFiles(new DirectoryArchiveStore(this.#directory));
      const files = withoutKeys(listed, unused);
      for (const key of this.#passOver(files.irregular)) unused.add(key);
      const { outcome, opened } = await this.#run(work, files, checks, signal);
      const problems = await checks.problemsOf(opened, (checked) =>
        this.#options.onProgress?.({ files: opened.length, checked }),
      );
      if (problems.size === 0) return outcome();
      for (const key of this.#passOver(problems)) unused.add(key);
    }
  }

  close(): void {
    this.#database.closeSync();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @returns what became of the rows, or an error, and the keys of the files that the query opened */
  async #run<T>(
    work: (connection: DuckDBConnection, files: LakeFiles) => Promise<T>,
    files: LakeFiles,
    checks: LakeFileChecks,
    signal: AbortSignal | undefined,
  ): Promise<{ outcome: () => T; opened: string[] }> {
    const connection = await this.#database.connect();
    const progress = { files: allKeys(files).length };
    const reporting = setInterval(() => this.#options.onProgress?.(progress), PROGRESS_INTERVAL_MS);
    let interrupting: NodeJS.Timeout | undefined;
    const interrupt = () => {
      // More than once: DuckDB forgets an interruption that comes before it begins to work.
      interrupting = setInterval(() => connection.interrupt(), INTERRUPTION_INTERVAL_MS);
    };
    signal?.addEventListener("abort", interrupt, { once: true });
    this.#running += 1;
    let watching: { stop: () => Promise<void> } | undefined;
    try {
      const openedFiles = await OpenedFiles.of(connection, this.#directory, files);
      watching = await openedFiles.watch(this.#database, checks);
      signal?.throwIfAborted();
      const outcome = await work(connection, files).then(
        (taken) => () => taken,
        (error) => () => {
          throw error;
        },
      );
      clearInterval(interrupting);
      signal?.throwIfAborted();
      const opened = await openedFiles.keys(connection);
      // The log is one for all queries, and would grow with their number.
      if (this.#running === 1) await connection.run("CALL truncate_duckdb_logs()");
      return { outcome, opened };
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", interrupt);
      clearInterval(interrupting);
      clearInterval(reporting);
      connection.closeSync();
      this.#running -= 1;
      await watching?.stop();
    }
  }

  async #select(connection: DuckDBConnection, sql: string, files: LakeFiles): Promise<RowStream> {
    try {
      const hasAddressColumns = this.#options.lookUpAddress !== undefined;
      // Views open a file, too: that of the first day in columns.
      await createLakeViews(connection, this.#directory, files, hasAddressColumns);
      await assertReadsOnly(connection, sql);
      const select = hasAddressColumns ? await addAddressColumns(connection, sql) : sql;
      const wide = await prepareWide(connection, select, files, hasAddressColumns);
      const readable = withReadableTypes(select, wide);
      const prepared = readable === select ? wide : await connection.prepare(readable);
      const copy = (request: CopyRequest) => copyResult(connection, readable, prepared, request);
      return { ...streamRows(prepared), copy };
    } catch (error) {
      throw toQueryError(error);
    }
  }

  /**
   * @returns the keys that the query must do without
   * @throws {QueryError} when it cannot
   */
  #passOver(problems: ReadonlyMap<string, string>): Iterable<string> {
    const { skipDamaged = false, onNotice } = this.#options;
    const damaged = [...problems].filter(([key]) => !key.startsWith(PREFIXES.compact));
    if (damaged.length > 0 && !skipDamaged) throw new QueryError(describeDamaged(damaged));
    for (const [key, problem] of problems) {
      const effect = key.startsWith(PREFIXES.compact) ? "from_lines" : "left_out";
      onNotice?.({ key, problem, effect });
    }
    return problems.keys();
  }
}

function throwQueryError(error: unknown): never {
  throw toQueryError(error);
}

/**
 * Open the archive in a directory for SQL.
 *
 * @param archiveDirectory - holds `audit_logs/`; without it, the table is empty
 */
export async function openLake(
  archiveDirectory: string,
  options: LakeOptions = {},
): Promise<LakeDatabase> {
  const directory = resolve(archiveDirectory);
  const { threadsMax, memoryMaxBytes, freedAtOnce, writableFile } = options;
  const database = await createDatabase({
    ...((threadsMax ?? Infinity) < availableParallelism() ? { threads: String(threadsMax) } : {}),
    ...(freedAtOnce ? { allocator_bulk_deallocation_flush_threshold: "1MB" } : {}),
    ...(memoryMaxBytes === undefined ? {} : { memory_limit: `${memoryMaxBytes}B` }),
  });
  const connection = await database.connect();
  try {
    if (options.lookUpAddress) createAddressFunctions(connection, options.lookUpAddress);
    await connection.run("CALL enable_logging('FileSystem')");
    // DuckDB compares the names as they are written, and the views' are patterns.
    const readable = [directory, escapePattern(directory)].flatMap((path) =>
      [PREFIXES.auditLogs, PREFIXES.manifests, PREFIXES.alerts, PREFIXES.compact].map((prefix) =>
        quote(join(path, prefix)),
      ),
    );
    await connection.run(`SET allowed_directories = [${readable.join(", ")}]`);
    if (writableFile !== undefined) {
      await connection.run(`SET allowed_paths = [${quote(writableFile)}]`);
    }
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
  } catch (error) {
    database.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
  return new LakeDatabase(directory, database, options);
}
