import { describe, expect, it } from "vitest";
import { makeEntry } from "../../fake-slack/entries.ts";
import { namedIn, toSharedColumns } from "../../lib/local/matched-columns.ts";
import { collectRows } from "../../lib/sql/query-result.ts";
import { openLakeOfLines } from "../sql/open-lake-of.ts";

const NAMES = "array_join(regexp_extract_all(context, '[{,]\"[^\"]+\":'), '')";
const TEXTS = "array_join(regexp_extract_all(context, '\"it''s\"'), '')";

describe("the columns that statements share", () => {
  it("are those that they name, not those of comments and texts", () => {
    const sql = "-- by context\nSELECT 'details', action /* x */ FROM audit_logs -- it's\n, hour";
    expect(namedIn([sql])).toEqual(["action", "hour"]);
  });

  it("are the matches of a column of which they read nothing else", () => {
    const { columns, statements } = toSharedColumns(
      [`SELECT ${NAMES} AS x, count(*) FROM audit_logs GROUP BY ${NAMES}`, `SELECT ${TEXTS} AS x`],
      ["dt"],
    );

    expect(columns).toEqual([
      { name: "dt", expression: "dt", of: "dt" },
      { name: "context_matches_1", expression: NAMES, of: "context" },
      { name: "context_matches_2", expression: TEXTS, of: "context" },
    ]);
    expect(statements).toEqual([
      "SELECT context_matches_1 AS x, count(*) FROM audit_logs GROUP BY context_matches_1",
      "SELECT context_matches_2 AS x",
    ]);
  });

  it.each([
    { what: "by another of them", statements: ["SELECT context FROM audit_logs"], others: [] },
    { what: "with the name of a table", statements: ["SELECT a.context FROM t AS a"], others: [] },
    { what: "to choose entries", statements: [], others: ["SELECT context FROM audit_logs"] },
  ])("are whole columns where one is read $what", ({ statements, others }) => {
    const asked = [`SELECT ${NAMES} AS x FROM audit_logs`, ...statements];
    const shared = toSharedColumns(asked, others);
    expect(shared.statements).toEqual(asked);
    expect(shared.columns).toEqual([{ name: "context", expression: "context", of: "context" }]);
  });

  it.each([
    { where: "lines", days: { from: "2026-03-02", to: "2026-03-02" } },
    { where: "lines of other days", days: { from: "2026-01-01", to: "2026-01-01" } },
  ])("have the rows of the columns themselves, of $where", async ({ days }) => {
    const lake = await openLakeOfLines([
      makeEntry({ context: { ua: 'a "b": {"c":1}', ip_address: "192.0.2.1" } }).text,
      '{"id":"empty","context":{"":"","q\\"":"\\u0000"}}',
      '{"id":"none"}',
      '{"id":"null","context":null}',
      '{"id":"list","context":[1,{"é":{}}]}',
      '{"id":"half","context":{"\\ud800":1}}',
      "no JSON",
    ]);
    const statements = [
      `SELECT id, ${NAMES} AS names FROM audit_logs ORDER BY id`,
      `SELECT ${NAMES} AS names, count(*) AS n FROM audit_logs GROUP BY ${NAMES} ORDER BY names`,
    ];

    const shared = await lake.readAll(statements, days, collectRows);

    expect(shared[0]?.rows).toHaveLength(7);
    expect(shared).toEqual(await Promise.all(statements.map((sql) => lake.query(sql))));
  });

  it.each([
    ["in a text", `SELECT '${NAMES.replaceAll("'", "''")}' AS x, count(*) AS n FROM audit_logs`],
    [
      "across texts",
      "SELECT 'array_join(regexp_extract_all(context, ' || min(action) || '), '')' AS x FROM audit_logs",
    ],
    [
      "from a comment into a text",
      "SELECT count(*) AS n FROM audit_logs -- array_join(regexp_extract_all(context, '\nWHERE action = '), '')'",
    ],
    [
      "from a text of DuckDB's",
      "SELECT $$array_join(regexp_extract_all(context, '$$ || '), '')' AS t FROM audit_logs LIMIT 1",
    ],
    [
      "over a column of its own",
      `WITH t AS (SELECT details AS names FROM audit_logs) SELECT ${NAMES.replace("context", "names")} AS x FROM t ORDER BY x`,
    ],
    [
      "over another table",
      "SELECT array_join(regexp_extract_all(source, 's'), '') AS x FROM archive_hours",
    ],
    [
      "beside its column in capitals",
      `SELECT CONTEXT AS c, ${NAMES} AS x FROM audit_logs ORDER BY id`,
    ],
    [
      "after an apostrophe",
      "SELECT /* it's */ context AS c, details /* that's */ AS d FROM audit_logs ORDER BY id",
    ],
    [
      "beside a name with one",
      `SELECT id AS "it's", details AS "that's" FROM audit_logs ORDER BY id`,
    ],
  ])("is no such column %s", async (_what, sql) => {
    const lake = await openLakeOfLines([
      makeEntry({ context: { ua: "x" } }).text,
      '{"id":"1","context":{"b":"c"},"details":{"d":"e"}}',
    ]);
    const statements = [sql, "SELECT id, actor_email FROM audit_logs ORDER BY id"];

    const shared = await lake.readAll(
      statements,
      { from: "2026-03-02", to: "2026-03-02" },
      collectRows,
    );

    expect(shared).toEqual(await Promise.all(statements.map((one) => lake.query(one))));
  });
});
