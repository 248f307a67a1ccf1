import {
  type AthenaClient,
  type Row as AthenaRow,
  type Datum,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { inParallel } from "../in-parallel.ts";
import type { Clock } from "../ports.ts";
import {
  collectRows,
  InvalidQueryError,
  QueryError,
  type QueryResult,
  type RowStream,
} from "../sql/query-result.ts";

/** Athena ends a query after 30 minutes, unless the account has a higher quota. */
const WAIT_MAX_MS = 35 * 60_000;
const FIRST_POLL_MS = 250;
const POLL_MAX_MS = 2_000;

/** Of several SELECTs, so many run at the same time. */
const CONCURRENCY = 4;

/** The state of a query, reported at each poll. */
export interface AthenaProgress {
  queryId: string;
  /** `QUEUED`, `RUNNING` and so on. */
  state: string;
  elapsedMs: number;
  /** Read so far. */
  scannedBytes: number;
}

/** What a query was, beside its rows. */
export interface AthenaUse {
  queryId: string;
  /** Athena bills by this. */
  scannedBytes: number;
  /** Milliseconds that it ran. */
  engineMs: number;
}

export type AthenaResult = QueryResult & AthenaUse;

export interface AthenaQueryOptions {
  /** Aborting it stops the query, which would otherwise continue and cost money. */
  signal?: AbortSignal;
  onProgress?: (progress: AthenaProgress) => void;
}

/** The deployed archive as a database: `audit_log_lines` and `audit_logs` in Athena. */
export class AthenaDatabase {
  readonly #client: AthenaClient;
  readonly #place: { workgroup: string; database: string };
  readonly #clock: Clock;

  constructor(client: AthenaClient, place: { workgroup: string; database: string }, clock: Clock) {
    this.#client = client;
    this.#place = place;
    this.#clock = clock;
  }

  /**
   * Run one SELECT, to its last row.
   *
   * @throws {QueryError} when it is not a SELECT, or Athena refuses it, ends it or takes too long
   * @throws the signal's reason when it is aborted; the query is then stopped
   */
  async query(sql: string, options: AthenaQueryOptions = {}): Promise<AthenaResult> {
    const { taken, ...use } = await this.read(sql, collectRows, options);
    return { ...taken, ...use };
  }

  /**
   * The same, with the rows as Athena hands them out, a thousand a page.
   *
   * @param take - reads them; `taken` is what it returned
   * @throws as {@link query}, and what `take` throws
   */
  async read<T>(
    sql: string,
    take: (rows: RowStream) => Promise<T>,
    options: AthenaQueryOptions = {},
  ): Promise<AthenaUse & { taken: T }> {
    if (!isSelect(sql)) {
      throw new InvalidQueryError("only SELECT is allowed here: nothing changes the archive");
    }
    const { queryId, execution } = await this.#run(sql, options);
    const taken = await take(await this.#readRows(queryId, options.signal));
    const { DataScannedInBytes = 0, EngineExecutionTimeInMillis = 0 } = execution.Statistics ?? {};
    return {
      taken,
      queryId,
      scannedBytes: DataScannedInBytes,
      engineMs: EngineExecutionTimeInMillis,
    };
  }

  /**
   * The same for several SELECTs, some at a time. The first that fails stops those that run, and
   * none is begun after it.
   *
   * @param take - reads the rows of the statement with this index
   * @returns `taken`: what `take` returned, in the order of the statements
   * @throws as {@link read}
   */
  async readAll<T>(
    statements: readonly string[],
    take: (rows: RowStream, index: number) => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ taken: T[]; scannedBytes: number }> {
    const failed = new AbortController();
    const options = { signal: AbortSignal.any([signal, failed.signal]) };
    const read = async ([index, sql]: [number, string]) => {
      try {
        return await this.read(sql, (rows) => take(rows, index), options);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    };
    const results = await inParallel(statements.entries(), CONCURRENCY, read);
    return {
      taken: results.map(({ taken }) => taken),
      scannedBytes: results.reduce((sum, { scannedBytes }) => sum + scannedBytes, 0),
    };
  }

  /**
   * Run one of our own statements, which creates or fills a table, or creates a view.
   *
   * @throws as {@link query}
   */
  async execute(statement: string, options: AthenaQueryOptions = {}): Promise<void> {
    await this.#run(statement, options);
  }

  async #run(
    sql: string,
    options: AthenaQueryOptions,
  ): Promise<{ queryId: string; execution: QueryExecution }> {
    options.signal?.throwIfAborted();
    const { workgroup, database } = this.#place;
    // Without the signal: a query whose start is aborted would continue to run.
    const { QueryExecutionId: queryId } = await this.#client.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: workgroup,
        QueryExecutionContext: { Database: database },
      }),
    );
    if (queryId === undefined) {
      throw new Error("Athena started a query without an id");
    }
    return { queryId, execution: await this.#awaitEnd(queryId, options) };
  }

  async #awaitEnd(
    queryId: string,
    { signal, onProgress }: AthenaQueryOptions,
  ): Promise<QueryExecution> {
    const startedAtMs = this.#clock.nowMs();
    let pollMs = FIRST_POLL_MS;
    let hasEnded = false;
    try {
      for (;;) {
        await this.#clock.sleep(pollMs, signal);
        pollMs = Math.min(POLL_MAX_MS, pollMs * 2);
        const { QueryExecution: execution = {} } = await this.#client.send(
          new GetQueryExecutionCommand({ QueryExecutionId: queryId }),
        );
        const { State: state = "QUEUED", StateChangeReason: reason = "" } = execution.Status ?? {};
        hasEnded = state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";
        if (state === "SUCCEEDED") {
          return execution;
        }
        if (hasEnded) {
          const Failure = INVALID.test(reason) ? InvalidQueryError : QueryError;
          throw new Failure(describeEnd(state, reason));
        }
        const elapsedMs = this.#clock.nowMs() - startedAtMs;
        if (elapsedMs > WAIT_MAX_MS) {
          throw new QueryError(
            `the query ${queryId} has not ended in ${WAIT_MAX_MS / 60_000} minutes and is stopped: ask for fewer days`,
          );
        }
        const scannedBytes = execution.Statistics?.DataScannedInBytes ?? 0;
        onProgress?.({ queryId, state, elapsedMs, scannedBytes });
      }
    } finally {
      // However the wait ended, nobody is left to read the rows.
      if (!hasEnded) {
        await this.#client.send(new StopQueryExecutionCommand({ QueryExecutionId: queryId }));
      }
    }
  }

  async #readRows(queryId: string, signal: AbortSignal | undefined): Promise<RowStream> {
    const pages = paginateGetQueryResults(
      { client: this.#client, pageSize: 1000 },
      { QueryExecutionId: queryId },
    );
    const first = (await pages.next()).value?.ResultSet;
    const info = first?.ResultSetMetadata?.ColumnInfo ?? [];
    const types = info.map(({ Type = "" }) => Type);
    const toRows = (rows: readonly AthenaRow[]) =>
      rows.map(({ Data = [] }) => types.map((type, i) => toValue(Data[i], type)));
    async function* readBatches() {
      // The first row of a SELECT repeats the names.
      yield toRows((first?.Rows ?? []).slice(1));
      for await (const { ResultSet } of pages) {
        signal?.throwIfAborted();
        yield toRows(ResultSet?.Rows ?? []);
      }
    }
    return { columns: info.map(({ Name = "" }) => Name), types, batches: readBatches() };
  }
}

/** Athena runs one statement at a time, so its first word tells what it is. */
function isSelect(sql: string): boolean {
  const text = sql.replace(/^(?:\s|\(|--.*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, "");
  return /^(?:SELECT|WITH|VALUES)\b/i.test(text);
}

/** What Trino's parser and analyzer say of a text, before anything is read. */
const INVALID = /^(?:SYNTAX_ERROR|[A-Z]+_NOT_FOUND|TYPE_MISMATCH|FUNCTION_\w+|line \d+:\d+):/;

function describeEnd(state: string, reason: string): string {
  const text = reason.replace(/\s+/g, " ").trim();
  if (/bytes scanned limit/i.test(text)) {
    return "the query would read more than the workgroup allows: name fewer days (dt BETWEEN …), or raise catalog.bytesScannedCutoff";
  }
  const what = state === "FAILED" ? "Athena refused the query" : "the query was cancelled";
  return text === "" ? what : `${what}: ${text}`;
}

/** Athena sends every value as text, and no value for NULL. */
function toValue(datum: Datum | undefined, type: string): QueryResult["rows"][number][number] {
  const text = datum?.VarCharValue;
  if (text === undefined) {
    return null;
  }
  switch (type) {
    case "tinyint":
    case "smallint":
    case "integer":
    case "bigint":
      return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case "double":
    case "float":
    case "real":
      return Number.isFinite(Number(text)) ? Number(text) : text; // JSON has no NaN
    case "boolean":
      return text === "true";
    default:
      return text;
  }
}
