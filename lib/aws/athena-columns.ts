import { parseTableMarkKey, TABLE_MARKS_PREFIX, tableMarkKey } from "../archive/columns-key.ts";
import { encodeMark } from "../columns/columns-mark.ts";
import type { ColumnsStore, WrittenDay } from "../columns/write-day-columns.ts";
import type { ArchiveStore } from "../ports.ts";
import { sealedDays } from "../seal/sealed-days.ts";
import { AUDIT_LOGS_VIEW, auditLogsSql } from "../sql/audit-logs-view.ts";
import { joinDays } from "../sql/columns-days.ts";
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
export class AthenaColumns implements ColumnsStore {
  readonly #archive: ArchiveStore;
  readonly #bucketName: string;
  readonly #statements: Statements;

  /** @param bucketName - of the archive */
  constructor(archive: ArchiveStore, bucketName: string, statements: Statements) {
    this.#archive = archive;
    this.#bucketName = bucketName;
    this.#statements = statements;
  }

  async has(source: string, day: string): Promise<boolean> {
    return (await this.#days()).get(source)?.includes(day) ?? false;
  }

  async write(source: string, day: string): Promise<WrittenDay> {
    await this.#statements.execute(createColumnsTable(this.#bucketName));
    await this.#statements.execute(mergeDay(source, day));
    return {
      contents: await this.describe(source, day),
      accept: async (mark) => {
        await this.#archive.put(tableMarkKey(source, day, mark.digest), encodeMark(mark));
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
    const ranges = [...(await this.#days())].flatMap(([source, days]) => joinDays(source, days));
    await this.#statements.execute(
      `CREATE OR REPLACE VIEW ${AUDIT_LOGS_VIEW} AS\n${auditLogsSql(ranges)}`,
    );
  }

  /** Sealed days that it does not have, UTC, `YYYY-MM-DD`, oldest first. */
  async missingDays(source: string): Promise<string[]> {
    const days = new Set((await this.#days()).get(source));
    return (await sealedDays(this.#archive, source)).filter((day) => !days.has(day));
  }

  /** Days that it has whole, by source. */
  async #days(): Promise<Map<string, string[]>> {
    const days = new Map<string, string[]>();
    for await (const { key } of this.#archive.list(TABLE_MARKS_PREFIX)) {
      const { source, day } = parseTableMarkKey(key) ?? {};
      if (source !== undefined && day !== undefined) {
        days.set(source, [...(days.get(source) ?? []), day]);
      }
    }
    return days;
  }
}
