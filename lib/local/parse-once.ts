import { LINES_TABLE } from "../sql/table.ts";
import { quote, quoteName } from "./duckdb.ts";

const SCALAR_CALL = /json_extract_scalar\(json, ('[^']+')\)/g;
const JSON_CALL = /json_extract\(json, ('[^']+')\)/g;
/** The entity's fields stand under the name of its type. */
const ENTITY_CALL = /json_extract_scalar\(json, concat\('\$\.entity\.', /g;

/** A line has at most as many characters as bytes, and only characters must be counted. */
const SHORT_LINE = /WHEN length\(line\) <= (\d+) THEN line/;

/** What the view selects from, in the end: lines, and their JSON. */
const INNERMOST = new RegExp(String.raw`^([^]*)FROM (\([^]*?\bFROM ${LINES_TABLE}\n\) AS \w+)`);

/**
 * The view's SELECT over lines, with each line parsed twice for all columns, once for texts and
 * once for JSON, instead of once a column. `SELECT *` then takes a third of the time and a quarter
 * of the memory (60 MB a thread instead of 250); a query of two columns takes longer.
 */
export function parseOnce(viewSql: string): string {
  const texts = new Texts();
  const fragments = new Fragments();
  const columns = viewSql
    .replace(SHORT_LINE, (short, most) => `WHEN strlen(line) <= ${most} THEN line ${short}`)
    .replace(SCALAR_CALL, (_, path) => `json_scalar_of(${texts.at(path)}, json, ${path})`)
    .replace(JSON_CALL, (_, path) => fragments.at(path))
    .replace(ENTITY_CALL, () => `json_extract_scalar(${fragments.at("'$.entity'")}, concat('$.', `);
  const parsed = [texts, fragments].filter(({ isEmpty }) => !isEmpty).map(String);
  return columns.replace(
    INNERMOST,
    (_, rest, lines) => `${rest}FROM (
  SELECT *, ${parsed.join(", ")}
  FROM (SELECT * REPLACE (json_readable(json) AS json) FROM ${lines}) AS readable
) AS parsed`,
  );
}

/** Objects in JSON that hold what is wanted of it, by the names of fields; a text is wanted as it is. */
interface Wanted {
  [name: string]: Wanted | "VARCHAR";
}

/** Texts that a line is asked for together: an object's, too. */
class Texts {
  readonly #wanted: Wanted = {};

  get isEmpty(): boolean {
    return Object.keys(this.#wanted).length === 0;
  }

  /**
   * The text at a path, SQL.
   *
   * @param path - a text of SQL, of names alone
   */
  at(path: string): string {
    const names = path.slice("'$.".length, -1).split(".");
    let object = this.#wanted;
    for (const name of names.slice(0, -1)) {
      object[name] ??= {};
      object = object[name] as Wanted;
    }
    object[names.at(-1) ?? ""] = "VARCHAR";
    return `texts.${names.map(quoteName).join(".")}`;
  }

  /** The column of all texts, a struct; of text that is no JSON, NULL. */
  toString(): string {
    return `TRY(json_transform(json, ${quote(JSON.stringify(this.#wanted))})) AS texts`;
  }
}

/** JSON that a line is asked for together. */
class Fragments {
  readonly #paths: string[] = [];

  get isEmpty(): boolean {
    return this.#paths.length === 0;
  }

  /** The JSON at a path, SQL. */
  at(path: string): string {
    if (!this.#paths.includes(path)) this.#paths.push(path);
    return `fragments[${this.#paths.indexOf(path) + 1}]`;
  }

  /** The column of all of it, a list; of text that is no JSON, NULL. */
  toString(): string {
    return `TRY(system.main.json_extract(json, [${this.#paths.join(", ")}])) AS fragments`;
  }
}
