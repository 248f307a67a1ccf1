import { tableMarkKey } from "../archive/columns-key.ts";
import { sealedDays } from "../archive/sealed-day.ts";
import { type ColumnsMark, encodeMark } from "../columns/columns-mark.ts";
import type { ColumnsStore, WrittenDay } from "../columns/write-day-columns.ts";
import type { ArchiveStore } from "../ports.ts";
import { AUDIT_LOGS_VIEW, auditLogsSql } from "../sql/audit-logs-view.ts";
import { type ColumnsDays, joinDays, longestRanges } from "../sql/columns-days.ts";
import { createColumnsTable, mergeDay } from "../sql/columns-table.ts";
import { AthenaColumns, type Statements } from "./athena-columns.ts";

/** Of the mark of a day without entries, which is whole in every table. */
const ANY_TABLE = "any";

/**
 * Puts days into the table of {@link AthenaColumns}, and lets the view serve
 * from there those that are whole.
 */
export class AthenaColumnsStore implements ColumnsStore {
  readonly #archive: ArchiveStore;
  readonly #statements: Statements;
  readonly #columns: AthenaColumns;
  readonly #newLocation: () => string;

  /** @param newLocation - each time another one, for a table's files, ending in a slash: `s3://bucket/id/` */
  constructor(archive: ArchiveStore, statements: Statements, newLocation: () => string) {
    this.#archive = archive;
    this.#statements = statements;
    this.#columns = new AthenaColumns(archive, statements);
    this.#newLocation = newLocation;
  }

  async has(source: string, day: string): Promise<boolean> {
    return (await this.#columns.days(source)).includes(day);
  }

  async write(source: string, day: string): Promise<WrittenDay> {
    if ((await this.#columns.tableDays()) === undefined) {
      // An empty table must not be in the place of one that the view names.
      await this.#replaceView([]);
      await this.#statements.execute(createColumnsTable(this.#newLocation()));
    }
    await this.#statements.execute(mergeDay(source, day));
    return {
      contents: await this.#columns.describe(source, day),
      accept: (mark) => this.#mark(mark),
      // The view does not name the day: what the table has of it is not seen.
      reject: async () => {},
    };
  }

  async serve(): Promise<void> {
    // A day of another source may become whole, and be published, between reading and replacing:
    // whoever replaces the view last has looked again, and found nothing that it lacks.
    let published: string | undefined;
    for (;;) {
      const whole = await this.#columns.wholeDays();
      const ranges = [...whole].flatMap(([source, days]) => joinDays(source, days));
      const found = JSON.stringify(ranges);
      if (found === published) return;
      await this.#replaceView(ranges);
      published = found;
    }
  }

  /** Sealed days that it does not have whole, UTC, `YYYY-MM-DD`, oldest first. */
  async missingDays(source: string): Promise<string[]> {
    const days = new Set(await this.#columns.days(source));
    return (await sealedDays(this.#archive, source)).filter((day) => !days.has(day));
  }

  async #mark(mark: ColumnsMark): Promise<void> {
    const { source, day, revision, entries } = mark;
    const { table = ANY_TABLE } = (await this.#columns.tableDays())?.get(source)?.get(day) ?? {};
    const key = tableMarkKey({ source, day, table, revision, entries });
    await this.#archive.put(key, encodeMark(mark));
  }

  async #replaceView(ranges: readonly ColumnsDays[]): Promise<void> {
    await this.#statements.execute(
      `CREATE OR REPLACE VIEW ${AUDIT_LOGS_VIEW} AS\n${auditLogsSql(longestRanges(ranges))}`,
    );
  }
}
