import { PREFIXES } from "../archive/object-key.ts";
import type { ColumnsStore, WrittenDay } from "../columns/write-day-columns.ts";
import type { ArchiveStore } from "../ports.ts";
import { sealedDays } from "../seal/sealed-days.ts";
import { AUDIT_LOGS_VIEW, auditLogsSql } from "../sql/audit-logs-view.ts";
import { joinDays } from "../sql/columns-days.ts";
import { countDay, createColumnsTable, mergeDay } from "../sql/columns-table.ts";
import type { QueryResult } from "../sql/query-result.ts";

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
    const { rows } = await this.#statements.query(countDay(source, day));
    const [entries = 0, ids = 0] = (rows[0] ?? []).map(Number);
    const mark = Buffer.from(`${JSON.stringify({ source, day, entries })}\n`);
    return {
      entries,
      ids,
      accept: async () => {
        await this.#archive.put(markKey(source, day), mark);
      },
      // The view does not name the day: what the table has of it is not seen.
      reject: async () => {},
    };
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
    for await (const { key } of this.#archive.list(MARKS)) {
      const [, source, day] = /\/source=([^/]+)\/dt=([\d-]{10})\.json$/.exec(key) ?? [];
      if (source !== undefined && day !== undefined) {
        days.set(source, [...(days.get(source) ?? []), day]);
      }
    }
    return days;
  }
}

const MARKS = `${PREFIXES.compact}days/`;

function markKey(source: string, day: string): string {
  return `${MARKS}source=${source}/dt=${day}.json`;
}
