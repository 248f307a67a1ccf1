import { Readable } from "node:stream";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { DayDigest } from "../../lib/columns/day-digest.ts";
import { AUDIT_LOGS_SQL, AUDIT_LOGS_VIEW } from "../../lib/sql/audit-logs-view.ts";
import { TABLE_DAYS_SQL } from "../../lib/sql/columns-table.ts";
import { COMPACT_TABLE } from "../../lib/sql/table.ts";
import type { Answer } from "./local-account/athena.ts";

export interface EngineRow {
  /** 0 to 23. */
  hour: number;
  id: string;
  line: Buffer;
}

/** An Iceberg table: where its files are, and its rows by source and day, `grid 2026-03-01`. */
interface Table {
  location: string;
  days: Map<string, EngineRow[]>;
}

/**
 * What Athena does with the statements of the columns, which it knows by their form: tables that
 * are made, filled, counted and dropped, and a view that serves a day from one table or the other.
 */
export class AthenaEngine {
  /** Iceberg's, by name. */
  readonly tables = new Map<string, Table>();
  /** Rows of each day of which a column is not what their line says. */
  differing = 0;
  /** Answers every SELECT, while it is there. */
  select: ((sql: string) => Promise<Answer>) | undefined;
  /** What the view selects. */
  view = AUDIT_LOGS_SQL;
  readonly #objects: () => Iterable<[key: string, body: Uint8Array]>;

  /** @param objects - of the archive */
  constructor(objects: () => Iterable<[key: string, body: Uint8Array]>) {
    this.#objects = objects;
  }

  has(table: string): boolean {
    return this.tables.has(table);
  }

  /** @throws {Error} with the reason that Athena gives */
  async run(sql: string): Promise<Answer> {
    if (this.select !== undefined && /^(?:--.*\n)*(?:SELECT|WITH)\s/.test(sql)) {
      return await this.select(sql);
    }
    const [names = [], ...rows] = await this.#runOwn(sql);
    return { columns: names.map((Name) => ({ Name, Type: "bigint" })), rows };
  }

  /** @returns rows, the names of the columns first */
  async #runOwn(sql: string): Promise<string[][]> {
    const [, source = "", day = ""] = /source = '([^']+)' AND dt = '([^']+)'/.exec(sql) ?? [];
    const [, created = "", location = ""] =
      /^CREATE TABLE IF NOT EXISTS (\w+) \([\s\S]*\nLOCATION '([^']+)'/.exec(sql) ?? [];
    if (created !== "") {
      if (!this.tables.has(created)) this.tables.set(created, { location, days: new Map() });
      return [];
    }
    if (sql.startsWith(`MERGE INTO ${COMPACT_TABLE} `)) {
      const { days } = this.#table(COMPACT_TABLE);
      const known = days.get(`${source} ${day}`) ?? [];
      const ids = new Set(known.map(({ id }) => id));
      const lines = await this.#linesOf(source, day);
      const rows = [...known, ...lines.filter(({ id }) => !ids.has(id))];
      if (rows.length > 0) days.set(`${source} ${day}`, rows);
      return [];
    }
    if (sql.startsWith("WITH checked AS (")) {
      const rows = this.#table(COMPACT_TABLE).days.get(`${source} ${day}`) ?? [];
      return [
        ["entries", "differing", "digest"],
        [String(rows.length), String(this.differing), await digestOf(rows)],
      ];
    }
    if (sql === TABLE_DAYS_SQL) {
      const { location, days } = this.#table(COMPACT_TABLE);
      const rows = [...days].map(([name, { length }]) => [
        ...name.split(" "),
        String(length),
        `${location}data/0.parquet`,
      ]);
      return [["source", "dt", "entries", "path"], ...rows];
    }
    const [, view] = /^CREATE OR REPLACE VIEW (\w+) AS\n/.exec(sql) ?? [];
    if (view !== AUDIT_LOGS_VIEW) throw new Error(`nothing is known of ${sql.slice(0, 60)}`);
    this.view = sql.slice(sql.indexOf("\n") + 1);
    return [];
  }

  /** Ids of a day that the view serves now, ascending. */
  async served(source: string, day: string): Promise<string[]> {
    const ranges = this.view.matchAll(
      /\(source = '([^']+)' AND dt BETWEEN '([^']+)' AND '([^']+)'\)/g,
    );
    const isInColumns = [...ranges].some(
      ([, of, from = "", to = ""]) => of === source && from <= day && day <= to,
    );
    const [, table = ""] = /UNION ALL\nSELECT[\s\S]+?\nFROM (\w+)\nWHERE/.exec(this.view) ?? [];
    // The engine looks for every table of a view, whatever it needs of it.
    const columns = table === "" ? undefined : this.#table(table);
    const rows = isInColumns
      ? (columns?.days.get(`${source} ${day}`) ?? [])
      : await this.#linesOf(source, day);
    return rows.map(({ id }) => id).sort();
  }

  #table(name: string): Table {
    const table = this.tables.get(name);
    if (table !== undefined) return table;
    throw new Error(
      `TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.slack_audit_lake.${name}' does not exist`,
    );
  }

  async #linesOf(source: string, day: string): Promise<EngineRow[]> {
    const rows: EngineRow[] = [];
    for (const [key, body] of this.#objects()) {
      const [, hour] =
        new RegExp(`^audit_logs/source=${source}/dt=${day}/hour=(\\d\\d)/`).exec(key) ?? [];
      if (hour === undefined) continue;
      for (const line of await decodeLines(key, body)) {
        const text = Buffer.from(line);
        rows.push({ hour: Number(hour), id: JSON.parse(text.toString()).id, line: text });
      }
    }
    return rows;
  }
}

async function digestOf(rows: readonly EngineRow[]): Promise<string> {
  const digest = new DayDigest();
  for (const [hour, ofHour] of Map.groupBy(rows, ({ hour }) => hour)) {
    await digest.addHour(hour, Readable.from([ofHour.map(({ line }) => line)]));
  }
  return digest.toHex();
}
