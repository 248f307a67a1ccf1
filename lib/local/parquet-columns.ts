import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { columnsKey, columnsMarkKey, parseColumnsKey } from "../archive/columns-key.ts";
import { dayPrefix, PREFIXES } from "../archive/object-key.ts";
import { encodeMark } from "../columns/columns-mark.ts";
import {
  type ReadableColumns,
  type StoredMark,
  UnreadableColumnsError,
} from "../columns/verify-columns.ts";
import {
  type ColumnsStore,
  type ColumnsSummary,
  type WrittenDay,
  writeDayColumns,
} from "../columns/write-day-columns.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_SQL } from "../sql/audit-logs-view.ts";
import { type DayContents, describeDaySql, toDayContents } from "../sql/columns-digest.ts";
import { QueryError } from "../sql/query-result.ts";
import { hashArchiveFile, ifThere, statIfThere } from "./archive-file.ts";
import { checkColumns, hashOfColumns } from "./check-lake-file.ts";
import { DirectoryArchiveStore, UNFINISHED } from "./directory-archive-store.ts";
import { createDatabase, escapePattern, quote, toQueryError, toQueryResult } from "./duckdb.ts";
import { listDayObjects } from "./lake-files.ts";
import { createLinesView } from "./lake-views.ts";
import { parseOnce } from "./parse-once.ts";

/** Rows that are skipped or read together. */
const ROW_GROUP_ROWS = 50_000;

export interface DayColumns extends ColumnsSummary {
  /** Of the lines' objects, and of the columns. */
  linesBytes: number;
  columnsBytes: number;
}

/**
 * Put a sealed day of an archive on disk into columns, from which `openLake`
 * serves it from then on. The lines stay, and verify goes by them alone: the
 * file can be deleted at any time.
 *
 * @throws {ColumnsError} when the day is not sealed, or its lines are not what was sealed
 */
export async function writeDayAsParquet(
  archiveDirectory: string,
  source: string,
  day: string,
): Promise<DayColumns> {
  const archive = new DirectoryArchiveStore(archiveDirectory);
  const columns = new ParquetColumns(archiveDirectory);
  const summary = await writeDayColumns(archive, columns, source, day);
  let linesBytes = 0;
  for await (const { sizeBytes } of archive.list(dayPrefix(PREFIXES.auditLogs, source, day))) {
    linesBytes += sizeBytes;
  }
  const file = await statIfThere(join(archiveDirectory, columnsKey(source, day)));
  return { ...summary, linesBytes, columnsBytes: file?.size ?? 0 };
}

/**
 * Remove what runs that were killed have left unfinished of a source's columns.
 * Only while nobody else writes any.
 */
export async function removeDrafts(archiveDirectory: string, source: string): Promise<void> {
  const folder = join(archiveDirectory, UNFINISHED);
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    if (name.startsWith(draftsOf(source))) await rm(join(folder, name), { force: true });
  }
}

/** How their names begin; no source has a dot in its name. */
function draftsOf(source: string): string {
  return `columns.${source}.`;
}

/** A Parquet file for each day, below the archive's directory, and beside it what it was compared with. */
export class ParquetColumns implements ColumnsStore, ReadableColumns {
  readonly #directory: string;

  constructor(archiveDirectory: string) {
    this.#directory = resolve(archiveDirectory);
  }

  async has(source: string, day: string): Promise<boolean> {
    return (await checkColumns(this.#directory, { source, day })) === undefined;
  }

  async write(source: string, day: string): Promise<WrittenDay> {
    const path = this.#pathOf(columnsKey(source, day));
    await mkdir(dirname(path), { recursive: true });
    // Nobody reads them there.
    const draft = this.#pathOf(`${UNFINISHED}/${draftsOf(source)}${randomUUID()}`);
    await mkdir(dirname(draft), { recursive: true });
    const markDraft = `${draft}.mark`;
    const reject = async () => {
      await rm(draft, { force: true });
      await rm(markDraft, { force: true });
    };
    try {
      const contents = await copyDay(this.#directory, source, day, draft);
      return {
        contents,
        accept: async (mark) => {
          // A day without entries needs no file.
          const file = contents.entries === 0 ? undefined : await hashArchiveFile(draft, path);
          await writeFile(markDraft, encodeMark({ ...mark, file }), { flush: true });
          // Without a file the lines serve the day: so they do wherever this ends, and no file
          // lies beside the mark of another, which verify would take for damage.
          const markPath = this.#pathOf(columnsMarkKey(source, day));
          for (const former of [path, markPath]) await rm(former, { force: true, recursive: true });
          await rename(markDraft, markPath);
          if (file === undefined) await rm(draft);
          else await rename(draft, path);
        },
        reject,
      };
    } catch (error) {
      await reject();
      throw error;
    }
  }

  /** A query that begins later finds the files. */
  async serve(): Promise<void> {}

  async days(source: string): Promise<string[]> {
    const days: string[] = [];
    const store = new DirectoryArchiveStore(this.#directory);
    for await (const key of store.keys(`${PREFIXES.compact}source=${source}/`)) {
      const day = parseColumnsKey(key)?.day;
      if (day !== undefined && days.at(-1) !== day) days.push(day);
    }
    return days;
  }

  async marks(source: string, day: string): Promise<StoredMark[]> {
    const key = columnsMarkKey(source, day);
    const bytes = await ifThere(new DirectoryArchiveStore(this.#directory).get(key));
    return bytes === undefined ? [] : [{ key, bytes }];
  }

  async fileHash(source: string, day: string): Promise<string | undefined> {
    return hashOfColumns(this.#directory, source, day);
  }

  async describe(source: string, day: string): Promise<DayContents | undefined> {
    // A day without entries has no file, and the lines serve one whose file was deleted.
    if (!existsSync(this.#pathOf(columnsKey(source, day)))) return undefined;
    const database = await createDatabase();
    const connection = await database.connect();
    try {
      // Each thread has memory for the JSON of each column.
      await connection.run("SET threads = 1");
      const file = readParquet(this.#pathOf(columnsKey(source, day)));
      return await describeRows(connection, describeDaySql(file));
    } catch (error) {
      const cause = toQueryError(error);
      if (!(cause instanceof QueryError)) throw cause;
      throw new UnreadableColumnsError(cause.message, { cause });
    } finally {
      connection.closeSync();
      database.closeSync();
    }
  }

  keyOf(source: string, day: string): string {
    return columnsKey(source, day);
  }

  #pathOf(key: string): string {
    return join(this.#directory, key);
  }
}

async function copyDay(
  directory: string,
  source: string,
  day: string,
  path: string,
): Promise<DayContents> {
  const keys = await listDayObjects(new DirectoryArchiveStore(directory), source, day);
  const database = await createDatabase();
  const connection = await database.connect();
  try {
    await createLinesView(
      connection,
      keys.map((key) => `${directory}/${key}`),
    );
    // The path says them.
    const names = AUDIT_LOGS_COLUMNS.map(({ name }) => name).filter(
      (name) => name !== "source" && name !== "dt",
    );
    await connection.run(
      `COPY (SELECT ${names.join(", ")} FROM (${parseOnce(AUDIT_LOGS_SQL)}) ORDER BY date_create, id)
       TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
    );
    return await describeRows(connection, describeDaySql(readParquet(path), "true", "false"));
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

async function describeRows(connection: DuckDBConnection, sql: string): Promise<DayContents> {
  return toDayContents(toQueryResult(await connection.runAndReadAll(sql)).rows);
}

function readParquet(path: string): string {
  return `read_parquet(${quote(escapePattern(path))})`;
}
