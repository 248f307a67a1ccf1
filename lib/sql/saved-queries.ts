import { readdirSync, readFileSync } from "node:fs";
import { isIP, SocketAddress } from "node:net";

/** How a value is written into the text of a query. */
type ParameterType = "day" | "time" | "text" | "integer" | "address";

/** A value that a saved query can be given. */
interface Parameter {
  name: string;
  type: ParameterType;
  /** Whoever runs the query gives a value. */
  isRequired: boolean;
  /** SQL that stands in the query unless another value is given; an example where one is required. */
  default: string;
  description: string;
}

/**
 * A question that investigators ask. Its text with the default values is what
 * Athena keeps as a saved query, and what DuckDB runs.
 */
export interface SavedQuery {
  /** Kebab-case, as the file is named. */
  name: string;
  title: string;
  /** What it answers. */
  question: string;
  parameters: readonly Parameter[];
  /** Entries of the period that it does not consider; empty when it considers all. */
  leavesOut: readonly { entries: string; because: string }[];
  /** How many days before today it begins to read when no `from_day` is given. */
  daysBack: number;
  /**
   * The query's text.
   *
   * @param values - by parameter name, as a person writes them: a `day` as
   * `YYYY-MM-DD`, a `time` as `YYYY-MM-DDTHH:MM:SSZ`, an `integer` in digits,
   * an `address` in any form of IPv4 or IPv6, any `text` but an empty one; what is not given keeps its default; absent: the text
   * that Athena keeps, with an example for each value that is required
   * @param source - the one organization to read; absent: all
   * @throws {QueryParameterError} when a name is not a parameter of this query,
   * a value not of the parameter's type, or a day after the last
   */
  sql(values?: Readonly<Record<string, string>>, source?: string): string;
}

/** A saved query was asked for, or given something, that is not there. */
export class QueryParameterError extends Error {
  override readonly name = "QueryParameterError";
  readonly code = "query_parameter_invalid";
}

const DIRECTORY = new URL("queries/", import.meta.url);

/**
 * The period that every query reads. Each has both, so that none reads the
 * whole archive: Athena is paid by the bytes it reads.
 */
const PERIOD: readonly Parameter[] = [
  {
    name: "from_day",
    type: "day",
    isRequired: false,
    default: "date_format(current_date - INTERVAL '30' DAY, '%Y-%m-%d')",
    description: "first day to read, UTC, included",
  },
  {
    name: "to_day",
    type: "day",
    isRequired: false,
    default: "date_format(current_date, '%Y-%m-%d')",
    description: "last day to read, UTC, included",
  },
];

/** How each query restricts what it reads. */
const RESTRICTION = "dt BETWEEN :from_day AND :to_day";

const DAYS_BACK = /current_date - INTERVAL '(\d+)' DAY/;

const PLACEHOLDER = /:([a-z_]+)\b/g;

/** Every saved query of ours, by name. */
export const SAVED_QUERIES: ReadonlyMap<string, SavedQuery> = readSavedQueries(DIRECTORY);

/**
 * One of them that the program itself names.
 *
 * @throws {Error} when there is no such query, which is a mistake in the program
 */
export function savedQuery(name: string): SavedQuery {
  const query = SAVED_QUERIES.get(name);
  if (query === undefined) throw new Error(`there is no saved query ${name}`);
  return query;
}

/**
 * The saved queries in a folder, by name: each file `NAME.sql`.
 *
 * @throws {Error} when a file is not of the form that {@link parseSavedQuery} reads
 */
export function readSavedQueries(directory: URL): Map<string, SavedQuery> {
  return new Map(
    readdirSync(directory)
      .filter((file) => file.endsWith(".sql"))
      .sort()
      .map((file) => {
        const name = file.slice(0, -".sql".length);
        return [name, parseSavedQuery(name, readFileSync(new URL(file, directory), "utf8"))];
      }),
  );
}

/**
 * Read a query's file: a comment, then one SELECT.
 *
 * The comment's first line is the title, those after it are the question. A
 * line `parameter NAME TYPE = DEFAULT -- DESCRIPTION` declares what stands as
 * `:NAME` in the SELECT, with `required` after the type where the default is only an
 * example; `from_day` and `to_day` need none. A line `leaves out ENTRIES: WHY` says what
 * it does not consider; each query has one, or `leaves out nothing`. A line `needs only COLUMNS
 * in SELECT`, with parameters that are days or integers, says that its rows come from entries
 * with a value of that SELECT, or NULL, in one of the columns.
 *
 * @throws {Error} when the file is not of this form, which is a mistake in it
 */
export function parseSavedQuery(name: string, file: string): SavedQuery {
  const [, header = "", select = ""] = /^\ufeff?((?:--[^\n]*\n)*)([\s\S]*)$/.exec(file) ?? [];
  const lines = header.split("\n").map((line) => line.replace(/^-- ?/, "").trim());
  const [title = "", ...question] = lines.filter(
    (line) => line !== "" && !/^(?:parameter|leaves out|needs only) /.test(line),
  );
  const omissions = lines.filter((line) => line.startsWith("leaves out "));
  const leavesOut = omissions.filter((line) => line !== "leaves out nothing").map(parseOmission);
  const needs = lines.filter((line) => line.startsWith("needs only "));
  const body = [...needs.map((line) => `-- ${line}`), select.trim()].join("\n");
  const declared = lines.filter((line) => line.startsWith("parameter ")).map(parseParameter);
  const parameters = [
    ...declared,
    ...PERIOD.filter((parameter) => !declared.some((other) => other.name === parameter.name)),
  ];
  const used = new Set([...body.matchAll(PLACEHOLDER)].map(([, used]) => used));
  const unused = parameters.find((parameter) => !used.delete(parameter.name));
  if (
    title === "" ||
    question.length === 0 ||
    omissions.length === 0 ||
    unused !== undefined ||
    used.size > 0
  ) {
    throw new Error(
      `${name}.sql: it needs a title, a question, what it leaves out, and one parameter for each placeholder`,
    );
  }
  const [, daysBack] =
    DAYS_BACK.exec(parameters.find((p) => p.name === "from_day")?.default ?? "") ?? [];
  if (!body.includes(RESTRICTION) || daysBack === undefined) {
    throw new Error(`${name}.sql: it must read ${RESTRICTION}, from some days before today`);
  }
  return {
    name,
    title,
    question: question.join(" "),
    parameters,
    leavesOut,
    daysBack: Number(daysBack),
    sql: (given, source) => {
      const values = given ?? {};
      const unknown = Object.keys(values).find((key) => !parameters.some((p) => p.name === key));
      if (unknown !== undefined) {
        throw new QueryParameterError(
          `the query ${name} has no parameter "${unknown}"; it has ${parameters.map((p) => p.name).join(", ")}`,
        );
      }
      const missing = parameters.find((p) => p.isRequired && values[p.name] === undefined);
      if (given !== undefined && missing !== undefined) {
        throw new QueryParameterError(
          `the query ${name} needs ${missing.name}: ${missing.description}`,
        );
      }
      const restriction =
        source === undefined ? RESTRICTION : `${RESTRICTION} AND source = ${toSqlText(source)}`;
      const comment = [
        title,
        ...question,
        ...omissions,
        ...parameters.map((p) => `${p.name}: ${p.description}`),
      ]
        .map((line) => `-- ${line}\n`)
        .join("");
      const sql = body.replaceAll(RESTRICTION, restriction).replace(PLACEHOLDER, (_, key) => {
        const parameter = parameters.find((p) => p.name === key) as Parameter;
        return `/* ${key} */ ${toSqlValue(parameter, values[key], values.to_day)}`;
      });
      const { to_day: last } = values;
      const late = parameters.find(
        ({ name, type }) => type === "day" && last !== undefined && (values[name] ?? "") > last,
      );
      if (late !== undefined) {
        const effect = late.name === "from_day" ? "the period is reversed" : "nothing can be found";
        throw new QueryParameterError(
          `${effect}: ${late.name} ${values[late.name]} is after to_day ${last}`,
        );
      }
      return comment + sql;
    },
  };
}

/** Counts the entries that a query may read. */
export function entriesSql(
  { from_day, to_day }: { from_day: string; to_day: string },
  source: string | undefined,
): string {
  const days = `dt BETWEEN ${toSqlText(from_day)} AND ${toSqlText(to_day)}`;
  const ofSource = source === undefined ? "" : ` AND source = ${toSqlText(source)}`;
  return `SELECT count(*) AS entries FROM audit_logs WHERE ${days}${ofSource}`;
}

function parseParameter(line: string): Parameter {
  const [, name, type, required, value, description] =
    /^parameter (\w+) (day|time|text|integer|address)( required)? = (.+?) -- (.+)$/.exec(line) ??
    [];
  if (name === undefined || value === undefined || description === undefined) {
    throw new Error(`not a parameter: ${line}`);
  }
  return {
    name,
    type: type as ParameterType,
    isRequired: required !== undefined,
    default: value,
    description,
  };
}

function parseOmission(line: string): SavedQuery["leavesOut"][number] {
  const [, entries, because] = /^leaves out (.+?): (.+)$/.exec(line) ?? [];
  if (entries === undefined || because === undefined) {
    throw new Error(`says not why: ${line}`);
  }
  return { entries, because };
}

/** @param lastDay - of the period, from which days by default are counted; today without it */
function toSqlValue(
  parameter: Parameter,
  value: string | undefined,
  lastDay: string | undefined,
): string {
  if (value === undefined) {
    return lastDay === undefined
      ? parameter.default
      : parameter.default.replace("current_date", `DATE '${lastDay}'`);
  }
  switch (parameter.type) {
    case "day":
      if (!isDay(value)) throw wrongValue(parameter, value, "a day, such as 2026-03-02");
      return `'${value}'`;
    case "time":
      if (!isTime(value))
        throw wrongValue(parameter, value, "a time, such as 2026-03-02T09:00:00Z");
      return `TIMESTAMP '${value.slice(0, 10)} ${value.slice(11, 19)}'`;
    case "integer":
      if (!/^\d{1,15}$/.test(value)) throw wrongValue(parameter, value, "a whole number");
      return value;
    case "address":
      return toSqlText(canonicalAddress(parameter, value));
    case "text":
      if (value.trim() === "") throw wrongValue(parameter, value, "a text that is not empty");
      return toSqlText(value.trim());
  }
}

/** As RFC 5952 has it: small letters, no leading zeros, the longest run of zeros as `::`. */
function canonicalAddress(parameter: Parameter, value: string): string {
  const address = value.trim();
  const version = isIP(address);
  if (version === 0) {
    throw wrongValue(parameter, value, "an IP address, such as 192.0.2.17 or 2001:db8::1");
  }
  return new SocketAddress({ address, family: version === 6 ? "ipv6" : "ipv4" }).address;
}

function toSqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function isDay(text: string): boolean {
  return isTime(`${text}T00:00:00Z`);
}

/** ISO 8601 in UTC, whole seconds, and a time that exists. */
function isTime(text: string): boolean {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text.replace("Z", ".000Z");
}

function wrongValue({ name }: Parameter, value: string, allowed: string): QueryParameterError {
  return new QueryParameterError(`"${value}" is not a value for ${name}: it takes ${allowed}`);
}
