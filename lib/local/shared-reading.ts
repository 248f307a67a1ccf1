import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { AUDIT_LOGS_VIEW } from "../sql/audit-logs-view.ts";
import { InvalidQueryError } from "../sql/query-result.ts";
import { PROSE, QUOTED_NAME } from "../sql/split-statements.ts";
import { askedActions } from "./asked-actions.ts";
import { isOneOf, quote } from "./duckdb.ts";
import type { LakeFiles } from "./lake-files.ts";
import { ALL_ENTRIES_VIEW, createParsedViews, type Days, showEntries } from "./lake-views.ts";
import { namedIn, toSharedColumns } from "./matched-columns.ts";
import { assertReadsOnly, type Parsed } from "./read-only-sql.ts";

const ACTIONS_TABLE = "known_actions";
const FEW_ENTRIES_TABLE = "few_entries";
const NEEDED_KEYS_TABLE = "needed_keys";
const NEEDED_ENTRIES_VIEW = "needed_entries";

/** A statement whose actions are a smaller part of all entries reads a table of those entries. */
const FEW_PART_MAX = 0.03;

/** They take more than a third of the memory of all entries. */
const LARGE_COLUMNS = ["entity", "context", "details", "line"];

/**
 * Several SELECTs over the same days, so that what they have in common is read once: lines are
 * parsed once, and entries of rare actions are looked for once.
 */
export class SharedReading {
  /** What was asked, over the columns that are shared: each only reads. */
  readonly statements: readonly string[];
  readonly #connection: DuckDBConnection;
  /** Statements that read only what is in the table of few entries. */
  readonly #ofFew: ReadonlySet<string>;
  /** Statements that read large columns of other entries. */
  readonly #ofLarge: ReadonlySet<string>;
  #dropLarge: (() => Promise<void>) | undefined;

  private constructor(
    statements: readonly string[],
    connection: DuckDBConnection,
    ofFew: ReadonlySet<string>,
    ofLarge: ReadonlySet<string>,
    dropLarge: () => Promise<void>,
  ) {
    this.statements = statements;
    this.#connection = connection;
    this.#ofFew = ofFew;
    this.#ofLarge = ofLarge;
    this.#dropLarge = dropLarge;
  }

  /** @throws {InvalidQueryError} unless all that is asked only reads */
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
    const run = [...statements, ...keys];
    const parsed = await parseAll(connection, [...asked, ...run]);
    if (keys.some((sql) => parsed.get(sql)?.error)) {
      throw new InvalidQueryError("what stands after `needs only … in` is no SELECT");
    }
    const drop = await createParsedViews(connection, directory, files, days, columns);
    const within = `dt BETWEEN ${quote(days.from)} AND ${quote(days.to)}`;
    await connection.run(`CREATE TEMP TABLE ${ACTIONS_TABLE} AS
      SELECT action, count(*) AS entries FROM ${AUDIT_LOGS_VIEW} WHERE ${within} GROUP BY action`);
    const few = await findFew(
      connection,
      new Map(run.map((sql) => [sql, parsed.get(sql) as Parsed])),
      days,
    );
    if (few.size > 0) {
      const names = columns.map(({ name }) => name);
      const actions = new Set([...few.values()].flat());
      await connection.run(`CREATE TEMP TABLE ${FEW_ENTRIES_TABLE} AS
        SELECT ${namedIn([...few.keys(), ...chosenBy], names).join(", ")} FROM ${AUDIT_LOGS_VIEW}
        WHERE ${within} AND ${isOneOf(actions)}`);
    }
    const large = columns.filter(({ of }) => LARGE_COLUMNS.includes(of)).map(({ name }) => name);
    const ofLarge = statements.filter((sql) =>
      [sql, neededKeys(sql)?.select ?? sql].some(
        (one) => !few.has(one) && namedIn([one], large).length > 0,
      ),
    );
    return new SharedReading(statements, connection, new Set(few.keys()), new Set(ofLarge), () =>
      drop(large),
    );
  }

  /** Indexes of the statements, in the order in which they take the least memory. */
  get order(): number[] {
    const isOfLarge = (index: number) => this.#ofLarge.has(this.statements[index] ?? "");
    const all = [...this.statements.keys()];
    return [...all.filter(isOfLarge), ...all.filter((index) => !isOfLarge(index))];
  }

  /** A statement that is ready to run; those before it in the order have been run. */
  async prepareStatement(index: number): Promise<DuckDBPreparedStatement> {
    const sql = this.statements[index] ?? "";
    if (!this.#ofLarge.has(sql)) {
      await this.#dropLarge?.();
      this.#dropLarge = undefined;
    }
    await this.#show(sql);
    return this.#connection.prepare(sql);
  }

  /** Have `audit_logs` show what a statement reads. */
  async #show(sql: string): Promise<void> {
    const needed = neededKeys(sql);
    if (this.#ofFew.has(sql) || needed === undefined) {
      const table = this.#ofFew.has(sql) ? FEW_ENTRIES_TABLE : ALL_ENTRIES_VIEW;
      await showEntries(this.#connection, table);
      return;
    }
    await this.#show(needed.select);
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

/** Comments, and what looks like one in a text or a name. */
const NO_CODE = new RegExp(`${PROSE.source}|${QUOTED_NAME.source}`, "g");
const NEEDS_ONLY = /^-- needs only ([\w, ]+) in (SELECT .+)$/;

/** Which entries a statement needs, as its comment says: see `parseSavedQuery`. */
function neededKeys(sql: string): { columns: string[]; select: string } | undefined {
  const pieces = Array.from(sql.matchAll(NO_CODE), ([piece]) => NEEDS_ONLY.exec(piece));
  const [, columns, select] = pieces.find((found) => found !== null) ?? [];
  if (columns === undefined || select === undefined) return undefined;
  return { columns: columns.split(", "), select };
}

/**
 * What DuckDB's parser makes of statements, each once.
 *
 * @throws {InvalidQueryError} unless each only reads
 */
async function parseAll(
  connection: DuckDBConnection,
  statements: readonly string[],
): Promise<Map<string, Parsed>> {
  const texts = [...new Set(statements)];
  const parsed = await assertReadsOnly(connection, ...texts);
  return new Map(parsed.map((one, index) => [texts[index] ?? "", one]));
}

/** @returns the actions of those statements that ask for few of the entries */
async function findFew(
  connection: DuckDBConnection,
  statements: ReadonlyMap<string, Parsed>,
  days: Days,
): Promise<Map<string, string[]>> {
  const counts = await connection.runAndReadAll(
    `SELECT action, CAST(entries AS double) FROM ${ACTIONS_TABLE}`,
  );
  const entriesOf = new Map(counts.getRows() as [string | null, number][]);
  const count = (actions: Iterable<string | null>) =>
    [...actions].reduce((sum, action) => sum + (entriesOf.get(action) ?? 0), 0);
  const most = FEW_PART_MAX * count(entriesOf.keys());
  const asked = await askedActions(connection, [...statements.values()], days, ACTIONS_TABLE);
  return new Map(
    [...statements.keys()].flatMap((sql, index): [string, string[]][] => {
      const actions = asked[index];
      return actions === undefined || count(actions) > most ? [] : [[sql, actions]];
    }),
  );
}
