import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../lib/local/duckdb.ts";
import { writeParquet } from "../../lib/local/parquet-result.ts";
import { makeDirectory } from "../sql/open-lake-of.ts";

async function readBack(file: string) {
  const database = await createDatabase();
  onTestFinished(() => database.closeSync());
  const connection = await database.connect();
  return connection.runAndReadAll(`FROM '${file}'`);
}

it("has the names, the types and the order of the rows, and leaves nothing else", async () => {
  const directory = await makeDirectory();
  async function* batches() {
    yield [["a", "2026-03-02 09:00:00", 1, [1, 2], "9007199254740993"]];
    yield [[null, null, 2, null, 7]];
  }
  await writeParquet(
    {
      columns: ["id", "event_time", "a b", "list", "big"],
      types: ["varchar", "timestamp(3)", "bigint", "INTEGER[]", "BIGINT"],
      batches: batches(),
    },
    join(directory, "x.parquet"),
  );
  expect(await readdir(directory)).toEqual(["x.parquet"]);
  const result = await readBack(join(directory, "x.parquet"));
  expect(result.columnTypes().map(String)).toEqual([
    ...["VARCHAR", "TIMESTAMP", "BIGINT", "INTEGER[]", "BIGINT"],
  ]);
  expect(result.getRowObjectsJson()).toEqual([
    {
      id: "a",
      event_time: "2026-03-02 09:00:00",
      "a b": "1",
      list: [1, 2],
      big: "9007199254740993",
    },
    { id: null, event_time: null, "a b": "2", list: null, big: "7" },
  ]);
});

it("holds texts that UTF-8 does not", async () => {
  const file = join(await makeDirectory(), "x.parquet");
  async function* batches() {
    yield [["a\ud800b\\ud800😀", "\udfff", { "\ud83d": ["\udbff"] }]];
  }
  const types = ["VARCHAR", "VARCHAR", "JSON"];
  await writeParquet({ columns: ["text", "half", "json"], types, batches: batches() }, file);

  const result = await readBack(file);
  expect(result.getRowObjectsJson()).toEqual([
    {
      text: "a\ufffdb\\ud800😀",
      half: "\ufffd",
      json: '{"\ufffd":["\ufffd"]}',
    },
  ]);
});

it("keeps what Athena says of zones and of numbers that JSON does not have", async () => {
  const file = join(await makeDirectory(), "x.parquet");
  async function* batches() {
    yield [["2026-03-02 09:00:00.000 Europe/Berlin", "-Infinity"]];
  }
  const types = ["timestamp with time zone", "double"];
  await writeParquet({ columns: ["zoned", "number"], types, batches: batches() }, file);

  const result = await readBack(file);
  expect(result.getRows()).toEqual([
    ["2026-03-02 09:00:00.000 Europe/Berlin", Number.NEGATIVE_INFINITY],
  ]);
});
