import type { DuckDBConnection } from "@duckdb/node-api";
import type { Demand } from "../detect/ports.ts";
import { dayOf, overlaps, rangeOfDay, SECONDS_PER_DAY, startOfDay } from "../time.ts";
import { isOneOf } from "./duckdb.ts";

type Sequences = Demand["sequences"];

/** Columns that subjects, what is counted of them, and conditions on both are made from. */
const SUBJECT_COLUMNS = [
  ...["actor_id", "session_id", "ip_address", "app_id"],
  ...["entity_type", "entity_id", "entity"],
];

/**
 * Which subjects have enough entries of each step of a sequence, as far as columns tell. Of a
 * subject that has not, no entry can be part of an alert.
 */
export class CountedSubjects {
  readonly #connection: DuckDBConnection;
  readonly #sequences: Sequences;
  /** Indices of sequences of which columns do not tell all subjects. */
  readonly #unsure = new Set<number>();
  /** `<index of the sequence>/<day>`: where a subject has enough. */
  readonly #days = new Set<string>();

  private constructor(connection: DuckDBConnection, sequences: Sequences) {
    this.#connection = connection;
    this.#sequences = sequences;
  }

  /** @param files - SQL that reads all entries of a day, for each day */
  static async of(
    connection: DuckDBConnection,
    sequences: Sequences,
    files: Iterable<string>,
  ): Promise<CountedSubjects> {
    const counted = new CountedSubjects(connection, sequences);
    await connection.run(`CREATE TEMP TABLE counted
      (sequence INTEGER, step INTEGER, subject UBIGINT, stretch BIGINT, value UBIGINT, entries BIGINT)`);
    await connection.run(
      "CREATE TEMP TABLE enough (sequence INTEGER, subject UBIGINT, stretch BIGINT)",
    );
    for (const file of files) await counted.#count(file);
    for (const index of sequences.keys()) await counted.#choose(index);
    await connection.run("DROP TABLE counted");
    await counted.#noteDays();
    return counted;
  }

  /**
   * @param file - SQL that reads all entries of the day
   * @param others - days that were not counted, UTC, `YYYY-MM-DD`
   * @returns SELECTs of the numbers of the rows of entries that may be part of an alert
   */
  async rowsOf(day: string, file: string, others: readonly string[]): Promise<string[]> {
    const selects = this.#sequences.flatMap(({ withinSeconds, steps }, index) =>
      steps.flatMap(({ actions, column }) => {
        const rows = `SELECT row FROM entries WHERE ${isOneOf(actions)}`;
        if (this.#unsure.has(index)) return [rows];
        const near = nearOthers(day, others, 2 * withinSeconds);
        const ofSubjects = `SELECT row FROM entries
          SEMI JOIN (SELECT subject, stretch FROM enough WHERE sequence = ${index}) AS enough
          ON ${subjectIn(column)} = enough.subject
            AND date_create // ${withinSeconds} = enough.stretch
          WHERE ${isOneOf(actions)}`;
        return [
          ...(near === undefined ? [] : [`${rows} AND (${near})`]),
          ...(this.#days.has(`${index}/${day}`) ? [ofSubjects] : []),
        ];
      }),
    );
    if (selects.length > 0) await this.#load(file);
    return selects;
  }

  /** Make the table of a day's entries that sequences may be made of. */
  async #load(file: string): Promise<void> {
    const actions = this.#sequences.flatMap(({ steps }) => steps.flatMap(({ actions }) => actions));
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE entries AS
      SELECT file_row_number AS row, action, date_create, ${SUBJECT_COLUMNS.join(", ")}
      FROM ${file}
      WHERE ${isOneOf(actions)}`);
  }

  async #count(file: string): Promise<void> {
    await this.#load(file);
    const present = await this.#connection.runAndReadAll("SELECT DISTINCT action FROM entries");
    const known = new Set(present.getRows().map(([action]) => action));
    for (const [index, { withinSeconds, steps }] of this.#sequences.entries()) {
      for (const [step, { actions, column, unsure, distinct }] of steps.entries()) {
        if (!actions.some((action) => known.has(action))) continue;
        const doubts = [unsure ?? "false", ...[column, distinct ?? "''"].map(isReplaced)];
        const doubtful = await this.#connection.runAndReadAll(
          `SELECT 1 FROM entries WHERE ${isOneOf(actions)} AND ((${doubts.join(") OR (")})) LIMIT 1`,
        );
        if (doubtful.currentRowCount > 0) this.#unsure.add(index);
        await this.#connection.run(`INSERT INTO counted
          SELECT ${index}, ${step}, ${subjectIn(column)} AS subject,
            date_create // ${withinSeconds} AS stretch,
            ${distinct === undefined ? "NULL" : `hash(${distinct})`} AS value, count(*)
          FROM entries
          WHERE ${isOneOf(actions)} AND ${column} IS NOT NULL
            ${distinct === undefined ? "" : `AND ${distinct} IS NOT NULL`}
          GROUP BY ALL`);
      }
    }
  }

  /** Alerts look at two stretches of time next to each other. */
  async #choose(index: number): Promise<void> {
    const { steps } = this.#sequences[index] ?? { steps: [] };
    const hasEnough = steps.map(({ atLeast, distinct }, step) => {
      const count = distinct === undefined ? "sum(entries)" : "count(DISTINCT value)";
      return `(step = ${step} AND ${count} >= ${atLeast})`;
    });
    await this.#connection.run(`INSERT INTO enough
      SELECT DISTINCT ${index}, subject, unnest([pair, pair + 1])
      FROM (
        SELECT subject, pair
        FROM (
          SELECT step, subject, unnest([stretch - 1, stretch]) AS pair, value, entries
          FROM counted WHERE sequence = ${index}
        )
        GROUP BY step, subject, pair
        HAVING ${hasEnough.join(" OR ")}
      )
      GROUP BY subject, pair
      HAVING count(*) = ${steps.length}`);
  }

  async #noteDays(): Promise<void> {
    const stretches = await this.#connection.runAndReadAll(
      "SELECT DISTINCT sequence, CAST(stretch AS DOUBLE) FROM enough",
    );
    for (const row of stretches.getRows()) {
      const [index, stretch] = row as [number, number];
      const seconds = this.#sequences[index]?.withinSeconds ?? 0;
      const first = startOfDay(dayOf(Math.max(0, stretch * seconds)));
      for (let at = first; at < (stretch + 1) * seconds; at += SECONDS_PER_DAY) {
        this.#days.add(`${index}/${dayOf(at)}`);
      }
    }
  }
}

/**
 * Of SQL: whether a text may be another in the line. Where a line has half a surrogate pair, each
 * half is a replacement character in columns (`json_readable`).
 */
export function isReplaced(column: string): string {
  return `coalesce(contains(${column}, '\uFFFD'), false)`;
}

/** A condition on entries of a day: less than so many seconds away from another day. */
function nearOthers(day: string, others: readonly string[], seconds: number): string | undefined {
  const near = others
    .map(rangeOfDay)
    .map(({ from, until }) => ({ from: from - seconds, until: until + seconds }))
    .filter((range) => overlaps(range, rangeOfDay(day)))
    .map(({ from, until }) => `date_create BETWEEN ${from} AND ${until}`);
  return near.length === 0 ? undefined : near.join(" OR ");
}

/**
 * A hash of a subject, as rules read it: a number is the same however it is written, and the
 * same as its text. Numbers begin with what is before the colon, save the one that is too large.
 */
function subjectIn(column: string): string {
  return `CASE WHEN (${column} < ':' OR ${column} = 'Infinity') AND TRY_CAST(${column} AS DOUBLE) IS NOT NULL
    THEN hash(TRY_CAST(${column} AS DOUBLE) + 0.0) ELSE hash(${column}) END`;
}
