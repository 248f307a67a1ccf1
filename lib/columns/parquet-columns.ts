import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { columnsKey } from "../archive/columns-key.ts";
import { dayPrefix } from "../archive/object-key.ts";
import { manifestKey } from "../archive/sealed-day.ts";
import { DirectoryArchiveStore } from "../local/directory-archive-store.ts";
import { createDatabase, ENTRY_LINES, linesBelow, quote } from "../local/lake-database.ts";
import { ObjectMissingError } from "../ports.ts";
import { parseManifest } from "../seal/manifest.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_SQL } from "../sql/audit-logs-view.ts";
import { LINES_TABLE } from "../sql/table.ts";

/** Rows that are skipped or read together. */
const ROW_GROUP_ROWS = 50_000;

export interface DayColumns {
  source: string;
  day: string;
  entries: number;
  /** Of the lines' objects, and of the columns. */
  linesBytes: number;
  columnsBytes: number;
  /** Whether it was done now. */
  isNew: boolean;
}

/** A day cannot be served from columns; its lines go on serving it. */
export class ColumnsError extends Error {
  override readonly name = "ColumnsError";
  readonly code = "compaction";
}

/**
 * Put a sealed day of an archive on disk into columns, from which `openLake`
 * serves it from then on. The lines stay, and verify goes by them alone: the
 * file can be deleted at any time.
 *
 * @throws {ColumnsError} when the day is not sealed, or its lines are not what was sealed
 */
export async function writeDayColumns(
  archiveDirectory: string,
  source: string,
  day: string,
): Promise<DayColumns> {
  const directory = resolve(archiveDirectory);
  const path = join(directory, columnsKey(source, day));
  const archived = await readArchived(directory, source, day);
  const linesBytes = await sizeOfLines(directory, source, day);
  const isNew = !existsSync(path);
  if (isNew) {
    await mkdir(dirname(path), { recursive: true });
    // Its name begins with a dot until it is whole: nobody reads it.
    const draft = join(dirname(path), `.${randomUUID()}.tmp`);
    try {
      const entries = archived === 0 ? 0 : await writeColumns(directory, source, day, draft);
      if (entries !== archived) {
        throw new ColumnsError(
          `${day} of "${source}" has ${entries} entries with an id of their own in its lines, and ${archived} when it was sealed: run verify; its lines go on serving it`,
        );
      }
      if (archived > 0) await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
  }
  const columnsBytes = existsSync(path) ? (await stat(path)).size : 0;
  return { source, day, entries: archived, linesBytes, columnsBytes, isNew };
}

/** @returns lines of the day when it was sealed */
async function readArchived(directory: string, source: string, day: string): Promise<number> {
  const key = manifestKey(source, day);
  try {
    return parseManifest(key, await new DirectoryArchiveStore(directory).get(key)).archived;
  } catch (cause) {
    if (!(cause instanceof ObjectMissingError)) throw cause;
    throw new ColumnsError(
      `${day} of "${source}" is not sealed: "audit-lake close-day --day ${day}" seals it`,
    );
  }
}

async function sizeOfLines(directory: string, source: string, day: string): Promise<number> {
  let bytes = 0;
  const store = new DirectoryArchiveStore(directory);
  for await (const { sizeBytes } of store.list(dayPrefix(ENTRY_LINES.prefix, source, day))) {
    bytes += sizeBytes;
  }
  return bytes;
}

/** @returns entries with different ids that were written */
async function writeColumns(
  directory: string,
  source: string,
  day: string,
  path: string,
): Promise<number> {
  const database = await createDatabase();
  const connection = await database.connect();
  try {
    const lines = linesBelow(directory, ENTRY_LINES, `source=${source}/dt=${day}/*`);
    await connection.run(`CREATE VIEW ${LINES_TABLE} AS ${lines}`);
    // The path says them.
    const names = AUDIT_LOGS_COLUMNS.map(({ name }) => name).filter(
      (name) => name !== "source" && name !== "dt",
    );
    await connection.run(
      `COPY (SELECT ${names.join(", ")} FROM (${AUDIT_LOGS_SQL}) ORDER BY date_create, id)
       TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
    );
    const [entries = 0, ids = 0] = await countIds(connection, path);
    return entries === ids ? entries : ids;
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

async function countIds(connection: DuckDBConnection, path: string): Promise<number[]> {
  const counted = await connection.runAndReadAll(
    `SELECT count(*), count(DISTINCT id) FROM read_parquet(${quote(path)})`,
  );
  return counted.getRows().flat().map(Number);
}
