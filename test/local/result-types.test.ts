import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBTimestampTZValue } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toText } from "../../cli/output/query-result.ts";
import { createDatabase } from "../../lib/local/duckdb.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import type { RowStream } from "../../lib/sql/query-result.ts";

/** In SQL, the value in JSON, and in Parquet its type and text where the text is another. */
const VALUES: [sql: string, json: unknown, parquetType: string, parquetText?: string][] = [
  ["sum(9007199254740993)", "9007199254740993", "DECIMAL(38,0)"],
  ["sum(5)", 5, "DECIMAL(38,0)"],
  ["[9007199254740993::HUGEINT]", ["9007199254740993"], "DECIMAL(38,0)[]", "[9007199254740993]"],
  ["md5_number('a')", "129134844867590561315626153795017621772", "VARCHAR"],
  ["12345678901234567890.12::DECIMAL(38,2)", "12345678901234567890.12", "DECIMAL(38,2)"],
  ["-1e-7", -1e-7, "DOUBLE", "-1e-07"],
  ["'-Infinity'::DOUBLE", "-Infinity", "DOUBLE", "-inf"],
  ["'NaN'::FLOAT", "NaN", "FLOAT", "nan"],
  ["0.1::FLOAT", 0.1, "FLOAT"],
  ["3.4028235e38::FLOAT", 3.4028235e38, "FLOAT", "3.4028235e+38"],
  ["DATE '-infinity'", "-infinity", "DATE"],
  ["[DATE 'infinity']", ["infinity"], "DATE[]", "[infinity]"],
  ["TIMESTAMP '-infinity'", "-infinity", "TIMESTAMP"],
  ["TIMESTAMP_NS '-infinity'", "-infinity", "TIMESTAMP_NS"],
  ["TIMESTAMP_MS 'infinity'", "infinity", "TIMESTAMP"],
  [
    "TIMESTAMPTZ '2026-03-02 09:00:00.000001+02'",
    "2026-03-02 07:00:00.000001+00",
    "TIMESTAMP WITH TIME ZONE",
  ],
  ["TIME '09:00:00.5'", "09:00:00.5", "TIME"],
  ["TIMETZ '09:00:00.5+02'", "09:00:00.5+02", "VARCHAR"],
  ["INTERVAL '14 months 1.000006 seconds'", "1 year 2 months 00:00:01.000006", "VARCHAR"],
  ["INTERVAL '-3 days'", "-3 days", "VARCHAR"],
  [
    "MAP {'a': INTERVAL '1 day'}",
    [{ key: "a", value: "1 day" }],
    "MAP(VARCHAR, VARCHAR)",
    "{a=1 day}",
  ],
  ["'a\\x00\\xFF'::BLOB", "a\\x00\\xFF", "BLOB"],
  ["'0101'::BIT", "0101", "VARCHAR"],
  ["uuid '2f9c1a6e-0000-4000-8000-000000000001'", "2f9c1a6e-0000-4000-8000-000000000001", "UUID"],
  ["'b'::ENUM('a', 'b')", "b", "VARCHAR"],
  ["'123456789012345678901234567890'::VARINT", "123456789012345678901234567890", "VARCHAR"],
  ["[[1], NULL, []]", [[1], null, []], "INTEGER[][]", "[[1], NULL, []]"],
  [
    "ROW(1, ROW('a', NULL::INTEGER))",
    { field0: 1, field1: { field0: "a", field1: null } },
    'STRUCT("field0" INTEGER, "field1" STRUCT("field0" VARCHAR, "field1" INTEGER))',
    "{'field0': 1, 'field1': {'field0': a, 'field1': NULL}}",
  ],
  ["{'k': chr(65279) || 'a'}", { k: "\ufeffa" }, 'STRUCT("k" VARCHAR)', "{'k': \ufeffa}"],
];

const ALL = `SELECT ${VALUES.map(([sql], i) => `${sql} AS v${i}`).join(", ")}`;

let directory: string;
let file: string;
let lake: LakeDatabase;

const { timezoneOffsetInMinutes } = DuckDBTimestampTZValue;

beforeAll(async () => {
  DuckDBTimestampTZValue.timezoneOffsetInMinutes = -300; // a machine in New York
  directory = await mkdtemp(join(tmpdir(), "types-"));
  file = join(directory, "result.parquet");
  lake = await openLake(directory, { writableFile: file });
});
afterAll(async () => {
  DuckDBTimestampTZValue.timezoneOffsetInMinutes = timezoneOffsetInMinutes;
  lake.close();
  await rm(directory, { recursive: true });
});

function copyParquet(sql: string) {
  return lake.read(sql, async (rows: RowStream) =>
    rows.copy?.({ format: "parquet", path: file, raw: false, names: rows.columns }),
  );
}

describe("a value of each type is the same", () => {
  it("in rows", async () => {
    const { rows } = await lake.query(ALL);
    expect(rows).toEqual([VALUES.map(([, json]) => json)]);
  });

  it("in rows where there is none", async () => {
    const types = VALUES.map(([sql]) => `CASE WHEN false THEN ${sql} END`);
    const { rows } = await lake.query(
      `SELECT ${types.join(", ")}, [NULL::DATE, DATE '2026-03-02']`,
    );
    expect(rows).toEqual([[...VALUES.map(() => null), [null, "2026-03-02"]]]);
  });

  it("in Parquet", async () => {
    expect(await copyParquet(ALL)).toBe(1);

    const database = await createDatabase();
    const connection = await database.connect();
    const result = await connection.runAndReadAll(`FROM '${file}' LIMIT 0`);
    const texts = await connection.runAndReadAll(
      `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM '${file}'`,
    );
    database.closeSync();
    expect(result.columnTypes().map(String)).toEqual(VALUES.map(([, , type]) => type));
    expect(texts.getRows()).toEqual([VALUES.map(([, json, , text]) => text ?? String(json))]);
  });

  it("in CSV, where a number and a time are no formula", async () => {
    const sql =
      "SELECT -1e-7, '-Infinity'::DOUBLE, DATE '-infinity', TIMESTAMP '-infinity', '-infinity', 0.5";
    const text = await lake.read(sql, async (rows) => {
      let text = "";
      for await (const piece of toText(rows, "csv")) text += piece;
      return text;
    });
    expect(text.split("\r\n")[1]).toBe("-1e-7,-Infinity,-infinity,-infinity,'-infinity,0.5");
  });
});

it("does not round an integer of more digits than Parquet's decimals have", async () => {
  await expect(
    copyParquet("SELECT 170141183460469231731687303715884105727::HUGEINT"),
  ).rejects.toThrow(
    "Could not cast value 170141183460469231731687303715884105727 to DECIMAL(38,0)",
  );
});

it("names the line of the query in the error of a column that is cast", async () => {
  await expect(
    lake.query("\nSELECT INTERVAL '1 day',\n  CAST('a' AS integer) AS n"),
  ).rejects.toThrow(/ \(line 3\)$/);
});
