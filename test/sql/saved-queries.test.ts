import { describe, expect, it } from "vitest";
import { ARCHIVE_HOURS_SQL } from "../../lib/sql/archive-hours-view.ts";
import { AUDIT_LOGS_SQL } from "../../lib/sql/audit-logs-view.ts";
import {
  parseSavedQuery,
  QueryParameterError,
  SAVED_QUERIES,
  type SavedQuery,
} from "../../lib/sql/saved-queries.ts";
import { openLakeOf } from "./open-lake-of.ts";
import { functionsIn, trinoProblems } from "./trino-grammar.ts";

/** Of those, what the texts use. @see https://trino.io/docs/current/functions/list.html */
const TRINO_FUNCTIONS = new Set([
  ...["array_agg", "count", "max", "min", "max_by", "min_by", "row_number", "sum", "lag", "lead"],
  ...["array_distinct", "array_except", "array_join", "array_sort", "sequence", "split"],
  ...["chr", "coalesce", "nullif", "concat", "length", "lower", "lpad"],
  ...["strpos", "substr", "translate"],
  ...["date_diff", "date_format", "date_trunc", "from_unixtime"],
  ...["json_extract", "json_extract_scalar", "json_format"],
  ...["regexp_extract", "regexp_extract_all", "regexp_like", "regexp_replace"],
]);

const FILE = `-- Who did it
-- The first line of the question
-- and the second.
-- leaves out logins: people log in every day
-- leaves out what nobody did: there is no one to name
-- parameter person text required = 'a@example.com' -- an e-mail address
-- parameter least integer = 3 -- at least so often
SELECT :person AS person, :least AS least, '10:30' AS time
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
`;

describe("parseSavedQuery", () => {
  it.each([
    ["a byte order mark", `\ufeff${FILE}`],
    ["line breaks of Windows", FILE.replaceAll("\n", "\r\n")],
  ])("reads a file with %s", (_, file) => {
    const { title, question, parameters } = parseSavedQuery("who", file);
    expect(title).toBe("Who did it");
    expect(question).toBe("The first line of the question and the second.");
    expect(parameters).toHaveLength(4);
  });

  it("reads title, question and parameters from the comment", () => {
    const query = parseSavedQuery("who", FILE);

    expect(query).toMatchObject({
      name: "who",
      title: "Who did it",
      question: "The first line of the question and the second.",
    });
    expect(query.parameters.map(({ name, type, isRequired }) => [name, type, isRequired])).toEqual([
      ["person", "text", true],
      ["least", "integer", false],
      ["from_day", "day", false],
      ["to_day", "day", false],
    ]);
    expect(query.leavesOut).toEqual([
      { entries: "logins", because: "people log in every day" },
      { entries: "what nobody did", because: "there is no one to name" },
    ]);
  });

  it("writes values into the text, each marked with its name", () => {
    const { sql } = parseSavedQuery("who", FILE);

    expect(sql({ person: "o'neil", from_day: "2026-03-02" })).toBe(`-- Who did it
-- The first line of the question
-- and the second.
-- leaves out logins: people log in every day
-- leaves out what nobody did: there is no one to name
-- person: an e-mail address
-- least: at least so often
-- from_day: first day to read, UTC, included
-- to_day: last day to read, UTC, included
SELECT /* person */ 'o''neil' AS person, /* least */ 3 AS least, '10:30' AS time
FROM audit_logs
WHERE dt BETWEEN /* from_day */ '2026-03-02' AND /* to_day */ date_format(current_date, '%Y-%m-%d')`);
  });

  it.each([
    [" 192.0.2.17 ", "192.0.2.17"],
    ["2001:DB8:0:0::0001", "2001:db8::1"],
    ["::FFFF:c000:0211", "::ffff:192.0.2.17"],
  ])("writes the address %j as programs do", (typed, address) => {
    const { sql } = parseSavedQuery("who", FILE.replace("person text", "person address"));

    expect(sql({ person: typed })).toContain(`/* person */ '${address}'`);
  });

  it("writes a text without the white space around it", () => {
    expect(parseSavedQuery("who", FILE).sql({ person: " ann lee\n" })).toContain("'ann lee' AS");
  });

  it.each(["192.0.2", "192.0.2.0/24", "example.com", "2001:db8::1::2", ""])(
    "refuses %j for an address",
    (typed) => {
      const { sql } = parseSavedQuery("who", FILE.replace("person text", "person address"));

      expect(() => sql({ person: typed })).toThrow(
        `"${typed}" is not a value for person: it takes an IP address, such as 192.0.2.17 or 2001:db8::1`,
      );
    },
  );

  it("keeps an example where a value is required", () => {
    expect(parseSavedQuery("who", FILE).sql()).toContain("/* person */ 'a@example.com' AS person");
  });

  it.each([
    [{}, "the query who needs person: an e-mail address"],
    [{ person: "" }, '"" is not a value for person: it takes a text that is not empty'],
    [{ person: "  " }, '"  " is not a value for person: it takes a text that is not empty'],
    [
      { persn: "x" },
      'the query who has no parameter "persn"; it has person, least, from_day, to_day',
    ],
    [
      { person: "x", least: "1 OR 1" },
      '"1 OR 1" is not a value for least: it takes a whole number',
    ],
    [
      { person: "x", from_day: "yesterday" },
      '"yesterday" is not a value for from_day: it takes a day, such as 2026-03-02',
    ],
    [
      { person: "x", to_day: "2026-02-30" },
      '"2026-02-30" is not a value for to_day: it takes a day, such as 2026-03-02',
    ],
  ])("refuses %j", (values, message) => {
    const { sql } = parseSavedQuery("who", FILE);

    expect(() => sql(values)).toThrow(QueryParameterError);
    expect(() => sql(values)).toThrow(message);
  });

  it.each([
    ["no comment", "SELECT 1\n"],
    ["no question", FILE.replace(/-- The .*\n-- and .*\n/, "")],
    ["a placeholder that is not declared", FILE.replace(":least", ":most")],
    ["a parameter that is not used", FILE.replace(":least", "3")],
    ["nothing of what it leaves out", FILE.replace(/-- leaves out .*\n-- leaves out .*\n/, "")],
    ["something left out for no reason", FILE.replace(": people log in every day", "")],
    ["no period", FILE.replace(/WHERE .*\n/, "")],
    ["a parameter of no type", FILE.replace("integer", "number")],
  ])("refuses a file with %s", (_, file) => {
    expect(() => parseSavedQuery("who", file)).toThrow();
  });
});

describe("every text that Athena is given", () => {
  const texts: [name: string, sql: string][] = [
    ["the view audit_logs", AUDIT_LOGS_SQL],
    ["the view archive_hours", ARCHIVE_HOURS_SQL],
    ...[...SAVED_QUERIES.values()].map(({ name, sql }): [string, string] => [name, sql()]),
  ];

  it.each(texts)("%s is right by Trino's grammar", (_, sql) => {
    expect(trinoProblems(sql)).toEqual([]);
  });

  it.each(texts)("%s calls only functions that Trino has", (_, sql) => {
    expect(functionsIn(sql).filter((name) => !TRINO_FUNCTIONS.has(name))).toEqual([]);
  });

  it("is not taken for right because DuckDB takes it", () => {
    for (const sql of ["SELECT a::int FROM t", "FROM t", "SELECT * EXCLUDE (a) FROM t"]) {
      expect(trinoProblems(sql)).not.toEqual([]);
    }
    expect(functionsIn("SELECT list_sort(a), count(*) FROM t")).toEqual(["list_sort", "count"]);
    expect(TRINO_FUNCTIONS).not.toContain("list_sort");
  });
});

describe("entries whose address and client are not the actor's", () => {
  const named = (query: SavedQuery) =>
    query.leavesOut
      .filter(({ because }) => because.includes("the address and client of"))
      .flatMap(({ entries }) => entries.match(/\b(?:user|guest|huddle)_\w+/g) ?? []);
  const comparing = [...SAVED_QUERIES.values()].filter((query) => named(query).length > 0);

  it("are left out where addresses or clients of one person are compared", () => {
    expect(comparing.map(({ name }) => name)).toEqual([
      "activity-after-deactivation",
      "new-addresses-and-clients",
      "several-networks",
      "stolen-sessions",
    ]);
  });

  it.each(comparing)("$name leaves out those that it says, as the others do", (query) => {
    const [, list = ""] = /action NOT IN \(([^)]+)\)/.exec(query.sql()) ?? [];

    expect(list.match(/\w+/g)).toEqual(named(query));
    expect(named(query)).toEqual(named(comparing[0] as SavedQuery));
  });
});

describe("every saved query", () => {
  it.each([...SAVED_QUERIES.values()])("$name runs as it is kept", async (query) => {
    const lake = await openLakeOf();

    expect((await lake.query(query.sql())).rows).toEqual([]);
  });
});

describe("what every saved query costs on Trino", () => {
  /** It counts ids first, in little memory, and looks at the lines of some of them then. */
  const READS_TWICE = "duplicates";

  it.each([...SAVED_QUERIES.values()])("$name reads the entries once", ({ name, sql }) => {
    expect(timesRead("audit_logs", sql())).toBe(name === READS_TWICE ? 2 : 1);
  });

  // Or Trino computes every other column of every entry first: docs/adr/0019-sql-on-trino.md.
  it.each([...SAVED_QUERIES.values()])("$name names action once in a condition", ({ sql }) => {
    const text = sql().replaceAll(/--.*|'[^']*'/g, "");
    const wheres = text.matchAll(/\bWHERE\b([\s\S]*?)(?=\n\s*(?:GROUP|ORDER)\b|\n\))/g);
    for (const condition of [...wheres].flatMap(([, where = ""]) => where.split(/\n\s*AND /))) {
      expect(condition.match(/\baction\b/g)?.length ?? 0, condition).toBeLessThan(2);
    }
  });
});

describe("every saved query's order", () => {
  it.each([...SAVED_QUERIES.values()])("$name leaves no ties", ({ sql }) => {
    const text = sql();
    const last = text.slice(text.lastIndexOf("\nSELECT"));
    const order = namesIn(/^ORDER BY ([^()]*)$/m.exec(last)?.[1] ?? "");
    const groups = /^GROUP BY\s+([\s\S]*?)^(?:HAVING|ORDER BY)/m.exec(last)?.[1];
    const keys = groups === undefined ? KEYS : [keysOf(groups, last)];
    expect(keys.filter((key) => key.every((name) => order.includes(name)))).not.toEqual([]);
  });
});

/** Of the rows of a query that does not group them; one at least is in its order. */
const KEYS = [["id"], ["source", "day", "is_hour", "hours"], ["actor_id", "kind", "value"]];

/** Trino computes a common table expression wherever it is named. */
function timesRead(table: string, sql: string): number {
  const parts = new Map(
    [...sql.matchAll(/^(?:WITH )?(\w+) AS \(\n([\s\S]*?)^\)/gm)].map(([, name = "", text = ""]) => [
      name,
      text,
    ]),
  );
  const timesIn = (text: string): number =>
    [...text.matchAll(/\b(?:FROM|JOIN) (\w+)/g)]
      .map(([, name = ""]) => (name === table ? 1 : timesIn(parts.get(name) ?? "")))
      .reduce((sum, times) => sum + times, 0);
  return timesIn(sql.slice(sql.lastIndexOf("\nSELECT")));
}

/** Names that a list orders by, without tables. */
function namesIn(list: string): string[] {
  return list.split(",").map((item) =>
    item
      .trim()
      .replace(/ (DESC|ASC)$/, "")
      .replace(/^\w+\./, ""),
  );
}

/** The names of the columns that show what a query groups by. */
function keysOf(groups: string, select: string): string[] {
  return groups
    .split(/,\s*(?![^(]*\))/)
    .map((group) => group.trim())
    .map((group) => {
      const at = select.indexOf(`  ${group} AS `);
      return at < 0
        ? group.replace(/^\w+\./, "")
        : (/ AS (\w+)/.exec(select.slice(at + group.length))?.[1] ?? group);
    });
}
