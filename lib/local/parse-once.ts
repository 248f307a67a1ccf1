import { LINES_TABLE } from "../sql/table.ts";

const SCALAR_CALL = /json_extract_scalar\(json, ('[^']+')\)/g;
const JSON_CALL = /json_extract\(json, ('[^']+')\)/g;
/** The entity's fields stand under the name of its type. */
const ENTITY_CALL = /json_extract_scalar\(json, concat\('\$\.entity\.', /g;

/** What the view selects from, in the end: lines, and their JSON. */
const INNERMOST = new RegExp(String.raw`^([^]*)FROM (\([^]*?\bFROM ${LINES_TABLE}\n\) AS \w+)`);

/**
 * The view's SELECT over lines, with each line parsed twice for all columns, once for texts and
 * once for JSON, instead of once a column. `SELECT *` then takes a third of the time and a quarter
 * of the memory (60 MB a thread instead of 250); a query of two columns takes longer.
 */
export function parseOnce(viewSql: string): string {
  const texts = new ListedPaths("texts", "json_extract_string");
  const fragments = new ListedPaths("fragments", "json_extract");
  const columns = viewSql
    .replace(SCALAR_CALL, (_, path) => `json_scalar_of(${texts.at(path)}, json, ${path})`)
    .replace(JSON_CALL, (_, path) => fragments.at(path))
    .replace(ENTITY_CALL, () => `json_extract_scalar(${fragments.at("'$.entity'")}, concat('$.', `);
  const lists = [texts, fragments].filter(({ isEmpty }) => !isEmpty).map(String);
  return columns.replace(
    INNERMOST,
    (_, rest, lines) => `${rest}FROM (
  SELECT *, ${lists.join(", ")}
  FROM (SELECT * REPLACE (json_readable(json) AS json) FROM ${lines}) AS readable
) AS parsed`,
  );
}

/** Paths in JSON whose values a line is asked for together. */
class ListedPaths {
  readonly #name: string;
  readonly #extract: string;
  readonly #paths: string[] = [];

  /** @param extract - DuckDB's function, which takes a list of paths */
  constructor(name: string, extract: string) {
    this.#name = name;
    this.#extract = extract;
  }

  get isEmpty(): boolean {
    return this.#paths.length === 0;
  }

  /** The value at a path, SQL. */
  at(path: string): string {
    if (!this.#paths.includes(path)) this.#paths.push(path);
    return `${this.#name}[${this.#paths.indexOf(path) + 1}]`;
  }

  /** The column of all values; of text that is no JSON, NULL. */
  toString(): string {
    return `TRY(system.main.${this.#extract}(json, [${this.#paths.join(", ")}])) AS ${this.#name}`;
  }
}
