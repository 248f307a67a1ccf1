import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { columnsKey, columnsMarkKey } from "../../lib/archive/columns-key.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { encodeMark, parseMark } from "../../lib/columns/columns-mark.ts";
import { verifyColumns } from "../../lib/columns/verify-columns.ts";
import { hashOfFile } from "../../lib/local/check-lake-file.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { createDatabase, quote } from "../../lib/local/duckdb.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { ParquetColumns, writeDayAsParquet } from "../../lib/local/parquet-columns.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { makeDirectory, writeArchive } from "../sql/open-lake-of.ts";

const DAY = "2026-03-02";
const KEY = columnsKey("slack", DAY);

let directory: string;

beforeEach(async () => {
  directory = await makeDirectory();
  await writeArchive(directory, makeEntries(60, { stepSeconds: 120 }));
  await sealDays(new DirectoryArchiveStore(directory), "slack", [DAY]);
  await writeDayAsParquet(directory, "slack", DAY);
});

async function verify(range: { from?: string; to?: string } = {}) {
  const found: unknown[] = [];
  const store = new DirectoryArchiveStore(directory);
  const columns = new ParquetColumns(directory);
  for await (const result of verifyColumns(store, columns, { source: "slack", ...range })) {
    found.push(result);
  }
  return found;
}

/** Put another file in the place of the columns, and its hash into their mark. */
async function forge(select: string): Promise<void> {
  const path = join(directory, KEY);
  const database = await createDatabase();
  const connection = await database.connect();
  try {
    await connection.run(`CREATE TABLE rows AS SELECT * FROM read_parquet(${quote(path)})`);
    await connection.run(`COPY (${select}) TO ${quote(path)} (FORMAT parquet)`);
  } finally {
    connection.closeSync();
    database.closeSync();
  }
  const markPath = join(directory, columnsMarkKey("slack", DAY));
  const mark = parseMark("slack", DAY, await readFile(markPath));
  if (mark === undefined) throw new Error("there is no mark");
  await writeFile(markPath, encodeMark({ ...mark, file: await hashOfFile(path) }));
}

describe("columns that were compared with their lines", () => {
  it("have no problem", async () => {
    expect(await verify()).toEqual([{ day: DAY, key: KEY, problem: undefined }]);
  });

  it("are not looked at outside the days that are asked for", async () => {
    expect(await verify({ from: "2026-03-03" })).toEqual([]);
    expect(await verify({ to: "2026-03-01" })).toEqual([]);
    expect(await verify({ from: DAY, to: DAY })).toHaveLength(1);
  });

  it.each([
    [
      "an e-mail address",
      "SELECT * REPLACE ('eve@example.com' AS actor_email) FROM rows",
      "60 rows say something else than their lines",
    ],
    [
      "a line",
      "SELECT * REPLACE (replace(line, 'user', 'loser') AS line) FROM rows",
      "the text of their lines is another",
    ],
    ["an hour", "SELECT * REPLACE (3 AS hour) FROM rows", "the text of their lines is another"],
    ["fewer rows", "SELECT * FROM rows LIMIT 10", "they have 10 entries, not 60"],
    [
      "a row twice, another not at all",
      "SELECT * FROM rows WHERE id <> (SELECT max(id) FROM rows) UNION ALL SELECT * FROM rows WHERE id = (SELECT min(id) FROM rows)",
      "the text of their lines is another",
    ],
    ["no such column", "SELECT * EXCLUDE (actor_email) FROM rows", "they cannot be read: "],
  ])("and forged with their mark are found: %s", async (_, select, problem) => {
    await forge(select);
    expect(await verify()).toMatchObject([{ key: KEY, problem: expect.stringContaining(problem) }]);
  });

  it("and forged with their mark are what SQL cannot tell", async () => {
    await forge("SELECT * FROM rows LIMIT 10");
    using lake = await openLake(directory);
    expect((await lake.query("SELECT count(*) FROM audit_logs")).rows).toEqual([[10]]);
  });

  it("are found when they are cut", async () => {
    const body = await readFile(join(directory, KEY));
    await writeFile(join(directory, KEY), body.subarray(0, -100));
    expect(await verify()).toMatchObject([
      { key: KEY, problem: expect.stringContaining("they cannot be read") },
    ]);
  });

  it("are found when their day is not sealed", async () => {
    await rm(join(directory, manifestKey("slack", DAY)));
    expect(await verify()).toMatchObject([{ key: KEY, problem: "its day is not sealed" }]);
  });

  it("are not blamed for lines that were changed", async () => {
    for await (const key of new DirectoryArchiveStore(directory).keys("audit_logs/")) {
      await writeFile(join(directory, key), "changed");
    }
    expect(await verify()).toEqual([{ day: DAY, key: KEY, problem: undefined }]);
  });
});
