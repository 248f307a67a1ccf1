import type { DuckDBConnection } from "@duckdb/node-api";
import { AUDIT_LOGS_VIEW } from "../sql/audit-logs-view.ts";
import { askedActions } from "./asked-actions.ts";
import { isOneOf, quote } from "./duckdb.ts";
import type { LakeFiles } from "./lake-files.ts";
import { ALL_ENTRIES_VIEW, createParsedViews, type Days, showEntries } from "./lake-views.ts";
import { namedIn, toSharedColumns } from "./matched-columns.ts";

const ACTIONS_TABLE = "known_actions";
const FEW_ENTRIES_TABLE = "few_entries";
const NEEDED_KEYS_TABLE = "needed_keys";
const NEEDED_ENTRIES_VIEW = "needed_entries";

/** A statement whose actions are a smaller part of all entries reads a table of those entries. */
const FEW_PART_MAX = 0.03;

/**
 * Several SELECTs over the same days, so that what they have in common is read once: lines are
 * parsed once, and entries of rare actions are looked for once.
 */
export class SharedReading {
  /** What was asked, over the columns that are shared. */
  readonly statements: readonly string[];
  readonly #connection: DuckDBConnection;
  /** Statements that read only what is in the table of few entries. */
  readonly #ofFew: ReadonlySet<string>;

  private constructor(
    statements: readonly string[],
    connection: DuckDBConnection,
    ofFew: ReadonlySet<string>,
  ) {
    this.statements = statements;
    this.#connection = connection;
    this.#ofFew = ofFew;
  }

  static async prepare(
    connection: DuckDBConnection,
    directory: string,
    files: LakeFiles,
    days: Days,
    asked: readonly string[],
  ): Promise<SharedReading> {
    const needed = asked.flatMap((sql) => neededKeys(sql) ?? []);
    const keys = needed.map(({ select }) => select);
    const chosenBy = ["dt", "action", ...needed.flatMap(({ columns }) => columns)];
    const { statements, columns } = toSharedColumns(asked, [...keys, ...chosenBy]);
    await createParsedViews(connection, directory, files, days, columns);
    const within = `dt BETWEEN ${quote(days.from)} AND ${quote(days.to)}`;
    await connection.run(`CREATE TEMP TABLE ${ACTIONS_TABLE} AS
      SELECT action, count(*) AS entries FROM ${AUDIT_LOGS_VIEW} WHERE ${within} GROUP BY action`);
    const ofFew = new Set<string>();
    const actions = new Set<string>();
    const most = FEW_PART_MAX * (await countEntries(connection));
    for (const sql of [...statements, ...keys]) {
      const asked = await askedActions(connection, sql, days, ACTIONS_TABLE);
      if (asked === undefined || (await countEntries(connection, asked)) > most) continue;
      ofFew.add(sql);
      for (const action of asked) actions.add(action);
    }
    if (ofFew.size > 0) {
      const names = columns.map(({ name }) => name);
      await connection.run(`CREATE TEMP TABLE ${FEW_ENTRIES_TABLE} AS
        SELECT ${namedIn([...ofFew, ...chosenBy], names).join(", ")} FROM ${AUDIT_LOGS_VIEW}
        WHERE ${within} AND ${isOneOf(actions)}`);
    }
    return new SharedReading(statements, connection, ofFew);
  }

  /** Have `audit_logs` show what a statement reads. */
  async show(sql: string): Promise<void> {
    const needed = neededKeys(sql);
    if (this.#ofFew.has(sql) || needed === undefined) {
      const table = this.#ofFew.has(sql) ? FEW_ENTRIES_TABLE : ALL_ENTRIES_VIEW;
      await showEntries(this.#connection, table);
      return;
    }
    await this.show(needed.select);
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE ${NEEDED_KEYS_TABLE} AS
      SELECT DISTINCT key FROM (${needed.select}) AS needed(key) WHERE key IS NOT NULL`);
    const conditions = needed.columns.map(
      (column) => `${column} IN (FROM ${NEEDED_KEYS_TABLE}) OR ${column} IS NULL`,
    );
    await this.#connection.run(`CREATE OR REPLACE TEMP VIEW ${NEEDED_ENTRIES_VIEW} AS
      SELECT * FROM ${ALL_ENTRIES_VIEW} WHERE ${conditions.join(" OR ")}`);
    await showEntries(this.#connection, NEEDED_ENTRIES_VIEW);
  }
}

/** Which entries a statement needs, as its comment says: see `parseSavedQuery`. */
function neededKeys(sql: string): { columns: string[]; select: string } | undefined {
  const [, columns, select] = /^-- needs only ([\w, ]+) in (SELECT .+)$/m.exec(sql) ?? [];
  if (columns === undefined || select === undefined) return undefined;
  return { columns: columns.split(", "), select };
}

async function countEntries(
  connection: DuckDBConnection,
  actions?: readonly string[],
): Promise<number> {
  const where = actions === undefined ? "true" : isOneOf(actions);
  const rows = await connection.runAndReadAll(
    `SELECT CAST(coalesce(sum(entries), 0) AS double) FROM ${ACTIONS_TABLE} WHERE ${where}`,
  );
  return Number(rows.getRows()[0]?.[0]);
}
