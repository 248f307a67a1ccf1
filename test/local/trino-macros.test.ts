import { describe, expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../lib/local/duckdb.ts";
import { openLakeOf } from "../sql/open-lake-of.ts";

describe("Trino's functions", () => {
  it.each([
    [`json_extract_scalar('{"a":"x"}', '$.a')`, "x"],
    [`json_extract_scalar('{"a":"{x}"}', '$.a')`, "{x}"],
    [`json_extract_scalar('{"a":"l1\\nl2"}', '$.a')`, "l1\nl2"],
    [`json_extract_scalar('{"a":""}', '$.a')`, ""],
    [`json_extract_scalar('{"a":true}', '$.a')`, "true"],
    [`json_extract_scalar('{"a":12345678901234567890123}', '$.a')`, "12345678901234567890123"],
    [`json_extract_scalar('{"a":9007199254740993}', '$.a')`, "9007199254740993"],
    [`json_extract_scalar('{"a":null}', '$.a')`, null],
    [`json_extract_scalar('{"a":[1]}', '$.a')`, null],
    [`json_extract_scalar('{"a":{"b":1}}', '$.a')`, null],
    [`json_extract_scalar('{"a":{"b":1}}', '$.a.b')`, "1"],
    [`json_extract_scalar('{"a":1}', '$.b')`, null],
    [`json_extract_scalar('{broken', '$.a')`, null],
    [`json_extract_scalar('', '$.a')`, null],
    [`json_extract_scalar(NULL, '$.a')`, null],
    [`json_extract_scalar('{"a":1,"a":2}', '$.a')`, "1"],
    [`json_format(json_extract('{"a": [1, "b"]}', '$.a'))`, '[1,"b"]'],
    [`json_format(json_extract('{"a": null}', '$.a'))`, "null"],
    [`json_format(json_extract('{broken', '$.a'))`, null],
    [`from_unixtime(0) = TIMESTAMP '1970-01-01 00:00:00 UTC'`, true],
    [`date_format(TIMESTAMP '2026-03-02 09:08:07', '%Y-%m-%d %H:%i:%s')`, "2026-03-02 09:08:07"],
    [`date_format(DATE '2026-03-31' - INTERVAL '30' DAY, '%Y-%m-%d')`, "2026-03-01"],
    [`regexp_like('abc', 'b')`, true],
    [`regexp_like('abc', 'x|c$')`, true],
    [`regexp_like('abc', '^b|^$')`, false],
    [`regexp_like(concat('a', chr(10), 'b'), 'b')`, true],
    [`regexp_like(concat('a', chr(10), 'b'), 'a.b|^b')`, false],
    [`regexp_like(NULL, 'b')`, null],
    [`regexp_extract('abc', '[bc]+')`, "bc"],
    [`regexp_extract('abc', 'x')`, null],
    [`array_join(ARRAY['a', NULL, 'b'], ', ')`, "a, b"],
    [
      `count(*) FROM UNNEST(sequence(TIMESTAMP '2026-03-02 09:00:00', TIMESTAMP '2026-03-02 11:00:00', INTERVAL '1' HOUR))`,
      3,
    ],
  ])("%s", async (expression, value) => {
    const lake = await openLakeOf();

    expect((await lake.query(`SELECT ${expression}`)).rows).toEqual([[value]]);
  });
});

it("names a wrong pattern as it was written", async () => {
  const lake = await openLakeOf();

  await expect(lake.query("SELECT regexp_like(id, 'a(b') FROM audit_logs")).rejects.toThrow(
    /missing \): a\(b$/,
  );
});

it("tests a pattern before it computes what the other columns are made from", async () => {
  const database = await createDatabase();
  onTestFinished(() => database.closeSync());
  const connection = await database.connect();
  const plan = await connection.runAndReadAll(
    "EXPLAIN SELECT * FROM (SELECT 'a' AS action, range FROM range(9)) AS t WHERE regexp_like(action, 'b|^c')",
  );

  expect(JSON.stringify(plan.getRows())).toContain("EMPTY_RESULT");
});
