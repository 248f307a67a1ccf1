import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { createDatabase } from "../../../lib/local/duckdb.ts";
import { asBytes, toByteText, toByteTexts } from "../../../lib/ocsf/byte-text.ts";
import { type ColumnType, columnsOfAll } from "../../../lib/ocsf/columns.ts";
import type { OcsfEvent } from "../../../lib/ocsf/event.ts";
import { leafTexts } from "../../../lib/ocsf/leaf-texts.ts";
import { EventMaker } from "../../../lib/ocsf/line-events.ts";
import { ParquetEvents } from "../../../lib/ocsf/parquet/parquet-events.ts";
import { SeededRandom } from "../../simulation/seeded-random.ts";
import { makeDirectory } from "../../sql/open-lake-of.ts";
import { exampleLines, knownActions } from "../example-lines.ts";
import { mutate } from "../mutate.ts";
import { toEvent } from "../to-event.ts";

const COLUMNS = columnsOfAll();

it("comes back from DuckDB as the events were, whatever is in them", async () => {
  const random = new SeededRandom(5);
  const lines = exampleLines([...knownActions(), "an_action_of_tomorrow"]);
  const events = lines.map((line, at) =>
    toEvent(toByteText(at % 2 === 0 ? line : mutate(line, random)), "acme", "1.5.0"),
  );
  const file = new ParquetEvents(COLUMNS);
  for (const event of events) file.add(event);

  const rows = await read(file.finish(), "FROM parquet ORDER BY file_row_number");

  for (const [at, event] of events.entries()) {
    expect(toByteTexts(rows[at]), event.raw_data).toEqual({
      ...(asRead(event, COLUMNS) as object),
      file_row_number: String(at),
    });
  }
});

it("has the types of the columns, as readers see them", async () => {
  const columns = await read(new ParquetEvents(COLUMNS).finish(), "DESCRIBE parquet");

  expect(
    columns.map(({ column_name, column_type }) => [
      column_name,
      String(column_type).replaceAll('"', ""),
    ]),
  ).toEqual([
    ...Object.entries(COLUMNS).map(([name, type]) => [name, duckDbType(type)]),
    ["file_row_number", "BIGINT"],
  ]);
});

it("keeps lines of an object no longer than until an event of the next one comes", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const [line = ""] = exampleLines(["user_login"]);
  const maker = new EventMaker("acme", "1.5.0");
  const file = new ParquetEvents(COLUMNS);
  const addObject = (text: string) => {
    const lines = Buffer.from(text);
    for (const event of maker.events(lines)) file.add(event);
    return new WeakRef(lines);
  };
  const like = Array.from({ length: 3 }, () => addObject(`${line}\n`));
  const unlike = addObject("{}\n"); // whose event is of no template, and keeps none
  const last = addObject(`${line}\n`);
  await setImmediate(); // Until then, they are kept for those who made them.
  collectGarbage();

  const kept = [...like, unlike, last].map((lines) => lines.deref() !== undefined);
  expect(kept).toEqual([false, false, false, false, true]);
  file.finish();
  await setImmediate();
  collectGarbage();
  expect(last.deref()).toBeUndefined();
});

it("has no half of a surrogate pair, which UTF-8 cannot hold", async () => {
  const line = String.raw`{"action":"ill\ud800","actor":{"user":{"name":"a\udc00"}},"x\ud800":"1","x\udc00":"\udbff"}`;
  const file = new ParquetEvents(COLUMNS);
  file.add(toEvent(toByteText(line), "acme", "1.5.0"));

  const sql =
    "SELECT metadata.event_code AS action, actor.user.name, unmapped, raw_data FROM parquet";
  expect(await read(file.finish(), sql)).toEqual([
    {
      action: "ill\ufffd",
      name: "a\ufffd",
      unmapped: [
        { key: "x\ufffd", value: "1" },
        { key: "x\ufffd (2)", value: "\ufffd" },
      ],
      raw_data: line,
    },
  ]);
});

it("has lists, maps and objects that are empty apart from absent ones", async () => {
  const file = new ParquetEvents({
    list: [{ a: ["string"], b: "boolean" }],
    object: { a: { b: "integer" } },
    map: "map",
  });
  const rows = [
    { list: [{ a: ["x", "y"], b: true }, { a: [] }, {}], object: { a: { b: -1 } }, map: { m: 1 } },
    { list: [], object: { a: {} }, map: {} },
    { object: {} },
    {},
    { list: [{ b: false }], object: { a: { b: 2 ** 31 - 1 } } },
  ];
  for (const row of rows) file.add(row as unknown as OcsfEvent);

  const none = { file_row_number: expect.anything() };
  expect(await read(file.finish(), "FROM parquet ORDER BY file_row_number")).toEqual([
    {
      ...none,
      list: [
        { a: ["x", "y"], b: true },
        { a: [], b: null },
        { a: null, b: null },
      ],
      object: { a: { b: -1 } },
      map: [{ key: "m", value: "1" }],
    },
    { ...none, list: [], object: { a: { b: null } }, map: [] },
    { ...none, list: null, object: { a: null }, map: null },
    { ...none, list: null, object: null, map: null },
    { ...none, list: [{ a: null, b: false }], object: { a: { b: 2147483647 } }, map: null },
  ]);
});

it("is in groups of 10,000 rows, whose times a reader knows, and in pages of 1 MiB", async () => {
  const file = new ParquetEvents({ time: "long", raw_data: "unique", status: "string" });
  const line = toByteText("ä".repeat(100));
  for (let at = 0; at < 20_001; at++) {
    file.add({ time: 1e12 + at, raw_data: `${line}${at}`, status: "Success" } as OcsfEvent);
  }
  const pieces = [file.take(), file.take(), file.finish()];
  expect(pieces[1]).toHaveLength(0);
  const bytes = Buffer.concat(pieces);

  const groups = `SELECT row_group_num_rows AS n, stats_min_value AS least, stats_max_value AS most,
      stats_null_count AS nulls, compression, encodings
    FROM parquet_metadata(getvariable('file')) WHERE path_in_schema = 'time' ORDER BY row_group_id`;
  expect(await read(bytes, groups)).toEqual(
    [0, 10_000, 20_000].map((from) => ({
      n: String(Math.min(10_000, 20_001 - from)),
      least: String(1e12 + from),
      most: String(1e12 + Math.min(from + 9999, 20_000)),
      nulls: "0",
      compression: "ZSTD",
      encodings: "PLAIN, RLE_DICTIONARY",
    })),
  );
  expect(
    await read(
      bytes,
      `SELECT count(DISTINCT raw_data) AS lines, min(length(raw_data)) AS shortest,
        count(*) FILTER (raw_data[101:]::BIGINT + 1000000000000 = time) AS equal FROM parquet`,
    ),
  ).toEqual([{ lines: "20001", shortest: "101", equal: "20001" }]);
});

/** What a statement says of a file. */
async function read(bytes: Uint8Array, sql: string): Promise<Record<string, unknown>[]> {
  const path = join(await makeDirectory(), "events.parquet");
  await writeFile(path, bytes);
  const database = await createDatabase();
  const connection = await database.connect();
  try {
    await connection.run(`SET VARIABLE file = '${path}'`);
    await connection.run(
      "CREATE VIEW parquet AS FROM read_parquet(getvariable('file'), file_row_number = true)",
    );
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

/** A value as DuckDB gives it. */
function asRead(value: unknown, type: ColumnType): unknown {
  if (value === undefined) return null;
  if (type === "json") return JSON.stringify(value);
  if (type === "map") return [...leafTexts(value)].map(([key, text]) => ({ key, value: text }));
  if (type === "long") return String(value);
  if (typeof type === "string") return typeof value === "string" ? asBytes(value) : value;
  if (Array.isArray(type)) return (value as unknown[]).map((item) => asRead(item, type[0]));
  return Object.fromEntries(
    Object.entries(type).map(([name, field]) => [
      name,
      asRead((value as Record<string, unknown>)[name], field),
    ]),
  );
}

const DUCKDB_TYPES = {
  string: "VARCHAR",
  unique: "VARCHAR",
  json: "VARCHAR",
  integer: "INTEGER",
  long: "BIGINT",
  boolean: "BOOLEAN",
  map: "MAP(VARCHAR, VARCHAR)",
};

function duckDbType(type: ColumnType): string {
  if (typeof type === "string") return DUCKDB_TYPES[type];
  if (Array.isArray(type)) return `${duckDbType(type[0])}[]`;
  const fields = Object.entries(type).map(([name, field]) => `${name} ${duckDbType(field)}`);
  return `STRUCT(${fields.join(", ")})`;
}
