import { parseTableMarkKey, TABLE_MARKS_PREFIX, tableMarkKey } from "../archive/columns-key.ts";
import { listManifests, sealedDays } from "../archive/sealed-day.ts";
import { encodeMark } from "../columns/columns-mark.ts";
import type { ReadableColumns } from "../columns/verify-columns.ts";
import type { ColumnsStore, WrittenDay } from "../columns/write-day-columns.ts";
import type { ArchiveStore } from "../ports.ts";
import { AUDIT_LOGS_VIEW, auditLogsSql } from "../sql/audit-logs-view.ts";
import { type ColumnsDays, joinDays } from "../sql/columns-days.ts";
import { type DayContents, describeDaySql, toDayContents } from "../sql/columns-digest.ts";
import { createColumnsTable, mergeDay } from "../sql/columns-table.ts";
import type { QueryResult } from "../sql/query-result.ts";
import { COMPACT_TABLE } from "../sql/table.ts";

/** The lake's SQL engine, Athena; one statement at a time, to its end. */
interface Statements {
  execute(statement: string): Promise<void>;
  query(sql: string): Promise<QueryResult>;
}

/**
 * Days in an Iceberg table of Athena's. An object marks each that is whole
 * there, and the view's text names those.
 */
export class AthenaColumns implements ColumnsStore, ReadableColumns {
  readonly #archive: ArchiveStore;
  readonly #bucketName: string;
  readonly #statements: Statements;

  /** @param bucketName - of the archive */
  constructor(archive: ArchiveStore, bucketName: string, statements: Statements) {
    this.#archive = archive;
    this.#bucketName = bucketName;
    this.#statements = statements;
  }

  async has(source: string, day: string, revision: number): Promise<boolean> {
    return (await this.#revisions()).get(source)?.get(day) === revision;
  }

  async write(source: string, day: string): Promise<WrittenDay> {
    await this.#statements.execute(createColumnsTable(this.#bucketName));
    await this.#statements.execute(mergeDay(source, day));
    return {
      contents: await this.describe(source, day),
      accept: async (mark) => {
        await this.#archive.put(tableMarkKey(source, day, mark.revision), encodeMark(mark));
      },
      // The view does not name the day: what the table has of it is not seen.
      reject: async () => {},
    };
  }

  /** What the table holds of a day now. */
  async describe(source: string, day: string): Promise<DayContents> {
    const { rows } = await this.#statements.query(
      describeDaySql(COMPACT_TABLE, `source = '${source}' AND dt = '${day}'`),
    );
    return toDayContents(rows);
  }

  async serve(): Promise<void> {
    const ranges: ColumnsDays[] = [];
    for (const source of (await this.#revisions()).keys()) {
      ranges.push(...joinDays(source, await this.days(source)));
    }
    await this.#statements.execute(
      `CREATE OR REPLACE VIEW ${AUDIT_LOGS_VIEW} AS\n${auditLogsSql(ranges)}`,
    );
  }

  /** Days that it serves, UTC, `YYYY-MM-DD`, ascending: those that it has as they are sealed now. */
  async days(source: string): Promise<string[]> {
    const revisions = (await this.#revisions()).get(source);
    return [...(await this.#sealed(source))]
      .filter(([day, revision]) => revisions?.get(day) === revision)
      .map(([day]) => day);
  }

  keyOf(source: string, day: string): string {
    return `${TABLE_MARKS_PREFIX}source=${source}/dt=${day}/`;
  }

  /** Sealed days that it does not have, UTC, `YYYY-MM-DD`, oldest first. */
  async missingDays(source: string): Promise<string[]> {
    const days = new Set(await this.days(source));
    return (await sealedDays(this.#archive, source)).filter((day) => !days.has(day));
  }

  /** The newest revision of each sealed day's manifest, by day. */
  async #sealed(source: string): Promise<Map<string, number>> {
    const manifests = await listManifests(this.#archive, source);
    return new Map(manifests.map(({ day, revision }) => [day, revision]));
  }

  /** The newest revision with which a day was found whole here, by source and day. */
  async #revisions(): Promise<Map<string, Map<string, number>>> {
    const bySource = new Map<string, Map<string, number>>();
    for await (const { key } of this.#archive.list(TABLE_MARKS_PREFIX)) {
      const mark = parseTableMarkKey(key);
      if (mark === undefined) continue;
      const byDay = bySource.get(mark.source) ?? new Map<string, number>();
      byDay.set(mark.day, Math.max(mark.revision, byDay.get(mark.day) ?? 0));
      bySource.set(mark.source, byDay);
    }
    return bySource;
  }
}
