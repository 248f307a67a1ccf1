import {
  parseTableMarkKey,
  TABLE_MARKS_PREFIX,
  type TableMark,
  tableMarksPrefix,
} from "../archive/columns-key.ts";
import { listManifests, newestRevision } from "../archive/sealed-day.ts";
import type { ReadableColumns, StoredMark } from "../columns/verify-columns.ts";
import type { ArchiveStore } from "../ports.ts";
import { type DayContents, describeDaySql, toDayContents } from "../sql/columns-digest.ts";
import { TABLE_DAYS_SQL } from "../sql/columns-table.ts";
import { QueryError, type QueryResult } from "../sql/query-result.ts";
import { COMPACT_TABLE } from "../sql/table.ts";

/** The lake's SQL engine, Athena; one statement at a time, to its end. */
export interface Statements {
  execute(statement: string): Promise<void>;
  query(sql: string): Promise<QueryResult>;
}

/** What the table has of a day. */
export interface TableDay {
  entries: number;
  /**
   * Which table: the folder of its files, in which no other table was before.
   * A table that was dropped and made anew has another.
   */
  table: string;
}

/**
 * Days in an Iceberg table of Athena's. An object marks each that was found
 * whole in a table; it is whole while that table has as many rows of it.
 */
export class AthenaColumns implements ReadableColumns {
  readonly #archive: ArchiveStore;
  readonly #statements: Statements;

  constructor(archive: ArchiveStore, statements: Statements) {
    this.#archive = archive;
    this.#statements = statements;
  }

  /** What the table holds of a day now. */
  async describe(source: string, day: string): Promise<DayContents> {
    const { rows } = await this.#statements.query(
      describeDaySql(COMPACT_TABLE, `source = '${source}' AND dt = '${day}'`),
    );
    return toDayContents(rows);
  }

  /** Days that it has whole as they are sealed now, UTC, `YYYY-MM-DD`, ascending. */
  async days(source: string): Promise<string[]> {
    return (await this.wholeDays()).get(source) ?? [];
  }

  /** Those of the newest revision: the others count for nothing. */
  async marks(source: string, day: string): Promise<StoredMark[]> {
    const revision = await newestRevision(this.#archive, source, day);
    const marks: StoredMark[] = [];
    for await (const { key } of this.#archive.list(tableMarksPrefix(source, day))) {
      if (parseTableMarkKey(key)?.revision !== revision) continue;
      marks.push({ key, bytes: await this.#archive.get(key) });
    }
    return marks;
  }

  /** Its files hold many days, and Athena replaces them. */
  async fileHash(): Promise<undefined> {}

  keyOf(source: string, day: string): string {
    return tableMarksPrefix(source, day);
  }

  /** {@link AthenaColumns.days} of each source that has any. */
  async wholeDays(): Promise<Map<string, string[]>> {
    const tableDays = await this.tableDays();
    const found = new Map<string, Map<string, number>>();
    for await (const { key } of this.#archive.list(TABLE_MARKS_PREFIX)) {
      const mark = parseTableMarkKey(key);
      if (mark === undefined || !isWhole(mark, tableDays?.get(mark.source)?.get(mark.day)))
        continue;
      const ofSource = found.get(mark.source) ?? new Map<string, number>();
      ofSource.set(mark.day, Math.max(mark.revision, ofSource.get(mark.day) ?? 0));
      found.set(mark.source, ofSource);
    }
    const whole = new Map<string, string[]>();
    for (const [source, revisions] of found) {
      const sealed = await this.#sealed(source);
      const days = [...sealed].filter(([day, revision]) => revisions.get(day) === revision);
      whole.set(
        source,
        days.map(([day]) => day),
      );
    }
    return whole;
  }

  /** What the table has, by source and day; nothing when there is no table. */
  async tableDays(): Promise<Map<string, Map<string, TableDay>> | undefined> {
    const result = await this.#statements.query(TABLE_DAYS_SQL).catch((error) => {
      if (error instanceof QueryError && /\bTABLE_NOT_FOUND\b/.test(error.message)) {
        return undefined;
      }
      throw error;
    });
    if (result === undefined) return undefined;
    const bySource = new Map<string, Map<string, TableDay>>();
    for (const [source, day, entries, path] of result.rows.map((row) => row.map(String))) {
      const byDay = bySource.get(source ?? "") ?? new Map<string, TableDay>();
      const table = /^s3:\/\/[^/]+\/([^/]+)\//.exec(path ?? "")?.[1] ?? "";
      byDay.set(day ?? "", { entries: Number(entries), table });
      bySource.set(source ?? "", byDay);
    }
    return bySource;
  }

  /** The newest revision of each sealed day's manifest, by day. */
  async #sealed(source: string): Promise<Map<string, number>> {
    const manifests = await listManifests(this.#archive, source);
    return new Map(manifests.map(({ day, revision }) => [day, revision]));
  }
}

/** @param found - what the table has of the day; absent when it has nothing */
function isWhole(mark: TableMark, found: TableDay | undefined): boolean {
  return found === undefined
    ? mark.entries === 0
    : found.entries === mark.entries && found.table === mark.table;
}
