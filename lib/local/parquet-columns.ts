import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { columnsKey } from "../archive/columns-key.ts";
import { dayPrefix } from "../archive/object-key.ts";
import {
  type ColumnsStore,
  type ColumnsSummary,
  type WrittenDay,
  writeDayColumns,
} from "../columns/write-day-columns.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_SQL } from "../sql/audit-logs-view.ts";
import { LINES_TABLE } from "../sql/table.ts";
import { DirectoryArchiveStore } from "./directory-archive-store.ts";
import { createDatabase, ENTRY_LINES, linesBelow, quote } from "./lake-database.ts";

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
  for await (const { sizeBytes } of archive.list(dayPrefix(ENTRY_LINES.prefix, source, day))) {
    linesBytes += sizeBytes;
  }
  const path = join(archiveDirectory, columnsKey(source, day));
  const columnsBytes = existsSync(path) ? (await stat(path)).size : 0;
  return { ...summary, linesBytes, columnsBytes };
}

/** A Parquet file for each day, below the archive's directory. */
class ParquetColumns implements ColumnsStore {
  readonly #directory: string;

  constructor(archiveDirectory: string) {
    this.#directory = resolve(archiveDirectory);
  }

  async has(source: string, day: string): Promise<boolean> {
    return existsSync(this.#pathOf(source, day));
  }

  async write(source: string, day: string): Promise<WrittenDay> {
    const path = this.#pathOf(source, day);
    await mkdir(dirname(path), { recursive: true });
    // Its name begins with a dot until it is whole: nobody reads it.
    const draft = join(dirname(path), `.${randomUUID()}.tmp`);
    const reject = () => rm(draft, { force: true });
    try {
      const { entries, ids } = await copyDay(this.#directory, source, day, draft);
      // A day without entries needs no columns.
      const accept = () => (entries === 0 ? reject() : rename(draft, path));
      return { entries, ids, accept, reject };
    } catch (error) {
      await reject();
      throw error;
    }
  }

  /** A database that is opened later finds the files. */
  async serve(): Promise<void> {}

  #pathOf(source: string, day: string): string {
    return join(this.#directory, columnsKey(source, day));
  }
}

/** @returns what was written */
async function copyDay(
  directory: string,
  source: string,
  day: string,
  path: string,
): Promise<{ entries: number; ids: number }> {
  const lines = new DirectoryArchiveStore(directory).list(
    dayPrefix(ENTRY_LINES.prefix, source, day),
  );
  if ((await lines.next()).done) return { entries: 0, ids: 0 };
  const database = await createDatabase();
  const connection = await database.connect();
  try {
    await connection.run(
      `CREATE VIEW ${LINES_TABLE} AS ${linesBelow(directory, ENTRY_LINES, `source=${source}/dt=${day}/*`)}`,
    );
    // The path says them.
    const names = AUDIT_LOGS_COLUMNS.map(({ name }) => name).filter(
      (name) => name !== "source" && name !== "dt",
    );
    await connection.run(
      `COPY (SELECT ${names.join(", ")} FROM (${AUDIT_LOGS_SQL}) ORDER BY date_create, id)
       TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
    );
    const counted = await connection.runAndReadAll(
      `SELECT count(*), count(DISTINCT id) FROM read_parquet(${quote(path)})`,
    );
    const [entries = 0, ids = 0] = counted.getRows().flat().map(Number);
    return { entries, ids };
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}
