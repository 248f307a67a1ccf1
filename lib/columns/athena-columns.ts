import { PREFIXES } from "../archive/object-key.ts";
import { manifestKey, sealedDays } from "../archive/sealed-day.ts";
import { type ArchiveStore, ObjectMissingError } from "../ports.ts";
import { parseManifest } from "../seal/manifest.ts";
import { AUDIT_LOGS_VIEW, auditLogsSql } from "../sql/audit-logs-view.ts";
import { joinDays } from "../sql/columns-days.ts";
import { countDay, createColumnsTable, mergeDay } from "../sql/columns-table.ts";
import type { QueryResult } from "../sql/query-result.ts";

/** The lake's SQL engine, Athena; one statement at a time, to its end. */
interface Statements {
  execute(statement: string): Promise<void>;
  query(sql: string): Promise<QueryResult>;
}

export interface ColumnsPorts {
  archive: ArchiveStore;
  statements: Statements;
}

export interface ColumnsSettings {
  source: string;
  /** UTC, `YYYY-MM-DD`. */
  day: string;
  /** Of the archive. */
  bucketName: string;
}

export interface ColumnsSummary {
  source: string;
  day: string;
  entries: number;
  /** False when it was served from columns before. */
  isNew: boolean;
}

/** A day cannot be served from columns; its lines go on serving it. */
export class ColumnsError extends Error {
  override readonly name = "ColumnsError";
  readonly code = "compaction";
}

/**
 * Put a sealed day into the compact table, and let the view serve it from there.
 *
 * In this order: merge, count, mark the day, change the view. Until the view
 * changes, the lines serve the day; so each entry is served once at any time,
 * whatever interrupts this, and a repeat goes on where it is needed.
 *
 * @throws {ColumnsError} when the day is not sealed, or the table does not hold what was sealed
 */
export async function writeDayColumns(
  { archive, statements }: ColumnsPorts,
  { source, day, bucketName }: ColumnsSettings,
): Promise<ColumnsSummary> {
  const archived = await readArchived(archive, source, day);
  const marked = await markedDays(archive);
  const isNew = !marked.get(source)?.includes(day);
  if (isNew) {
    await statements.execute(createColumnsTable(bucketName));
    await statements.execute(mergeDay(source, day));
    const { rows } = await statements.query(countDay(source, day));
    const [entries, ids] = (rows[0] ?? []).map(Number);
    if (entries !== archived || ids !== archived) {
      throw new ColumnsError(
        `the compact table has ${entries} entries and ${ids} ids of ${day} of "${source}", and ${archived} were sealed: run verify; the lines go on serving the day`,
      );
    }
    const mark = Buffer.from(`${JSON.stringify({ source, day, entries })}\n`);
    await archive.put(markKey(source, day), mark);
    marked.set(source, [...(marked.get(source) ?? []), day]);
  }
  // Also when nothing is new: the run before may have ended before this.
  const ranges = [...marked].flatMap(([source, days]) => joinDays(source, days));
  await statements.execute(`CREATE OR REPLACE VIEW ${AUDIT_LOGS_VIEW} AS\n${auditLogsSql(ranges)}`);
  return { source, day, entries: archived, isNew };
}

async function readArchived(archive: ArchiveStore, source: string, day: string): Promise<number> {
  const key = manifestKey(source, day);
  try {
    return parseManifest(key, await archive.get(key)).archived;
  } catch (cause) {
    if (!(cause instanceof ObjectMissingError)) throw cause;
    throw new ColumnsError(`${day} of "${source}" is not sealed: a day is compacted after it`);
  }
}

/** Sealed days that the compact table does not have, UTC, `YYYY-MM-DD`, oldest first. */
export async function daysWithoutColumns(archive: ArchiveStore, source: string): Promise<string[]> {
  const marked = new Set((await markedDays(archive)).get(source));
  return (await sealedDays(archive, source)).filter((day) => !marked.has(day));
}

/** Says that the compact table has a day whole. */
function markKey(source: string, day: string): string {
  return `${MARKS}source=${source}/dt=${day}.json`;
}

const MARKS = `${PREFIXES.compact}days/`;

/** Days that the compact table has whole, by source. */
async function markedDays(archive: ArchiveStore): Promise<Map<string, string[]>> {
  const days = new Map<string, string[]>();
  for await (const { key } of archive.list(MARKS)) {
    const [, source, day] = /\/source=([^/]+)\/dt=([\d-]{10})\.json$/.exec(key) ?? [];
    if (source !== undefined && day !== undefined) {
      days.set(source, [...(days.get(source) ?? []), day]);
    }
  }
  return days;
}
