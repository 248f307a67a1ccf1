import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntries } from "../../fake-slack/entries.ts";
import { columnsKey, columnsMarkKey } from "../../lib/archive/columns-key.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { encodeMark, parseMark } from "../../lib/columns/columns-mark.ts";
import { type ColumnsProblem, verifyColumns } from "../../lib/columns/verify-columns.ts";
import { hashArchiveFile } from "../../lib/local/archive-file.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { createDatabase, quote } from "../../lib/local/duckdb.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { ParquetColumns, writeDayAsParquet } from "../../lib/local/parquet-columns.ts";
import { encodeManifest, hashOf, parseManifest } from "../../lib/seal/manifest.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { makeDirectory, writeArchive } from "../sql/open-lake-of.ts";

const DAY = "2026-03-02";
const KEY = columnsKey("slack", DAY);
const MARK_KEY = columnsMarkKey("slack", DAY);
const OTHER_FILE = `it is not the file that was compared with the day's lines, whose SHA-256 is in ${MARK_KEY}`;

let directory: string;

beforeEach(async () => {
  directory = await makeDirectory();
  await writeArchive(directory, makeEntries(60, { stepSeconds: 120 }));
  await sealDays(new DirectoryArchiveStore(directory), "slack", [DAY]);
  await writeDayAsParquet(directory, "slack", DAY);
});

async function verify(
  range: { from?: string; to?: string } = {},
  columns = new ParquetColumns(directory),
) {
  const found: { day: string; problems: ColumnsProblem[] }[] = [];
  const store = new DirectoryArchiveStore(directory);
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
  const file = await hashArchiveFile(path, path);
  await rewrite(MARK_KEY, (body) => {
    const mark = parseMark("slack", DAY, body);
    if (mark === undefined) throw new Error("there is no mark");
    return encodeMark({ ...mark, file });
  });
}

async function rewrite(key: string, change: (body: Buffer) => Uint8Array): Promise<void> {
  const path = join(directory, key);
  await writeFile(path, change(await readFile(path)));
}

/** As the day stands now; the chain is none of this test's. */
async function sealAgain(): Promise<void> {
  const store = new DirectoryArchiveStore(directory);
  const first = manifestKey("slack", DAY);
  const sealed = await store.get(first);
  await rm(join(directory, first));
  await sealDays(store, "slack", [DAY]);
  const manifest = parseManifest(first, await store.get(first));
  await store.put(
    manifestKey("slack", DAY, 2),
    encodeManifest({ ...manifest, revision: 2, amends: hashOf(sealed) }),
  );
  await writeFile(join(directory, first), sealed);
}

describe("columns that were compared with their lines", () => {
  it("have no problem", async () => {
    expect(await verify()).toEqual([{ day: DAY, problems: [] }]);
  });

  it("have none though they are written anew meanwhile", async () => {
    class WrittenMeanwhile extends ParquetColumns {
      #isFirst = true;
      override async marks(source: string, day: string) {
        const marks = await super.marks(source, day);
        const before = marks.map((mark) => ({ ...mark, bytes: Buffer.from("of another file") }));
        const isFirst = this.#isFirst;
        this.#isFirst = false;
        return isFirst ? before : marks;
      }
    }
    const columns = new WrittenMeanwhile(directory);
    expect(await verify({}, columns)).toEqual([{ day: DAY, problems: [] }]);
  });

  it("have none when they are made anew and the run ends before the file is there", async () => {
    await rm(join(directory, KEY));
    expect(await verify()).toEqual([{ day: DAY, problems: [] }]);
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
    expect(await verify()).toMatchObject([
      { problems: [{ key: KEY, problem: expect.stringContaining(problem) }] },
    ]);
  });

  it("and forged with their mark are what SQL cannot tell", async () => {
    await forge("SELECT * FROM rows LIMIT 10");
    using lake = await openLake(directory);
    expect((await lake.query("SELECT count(*) FROM audit_logs")).rows).toEqual([[10]]);
  });

  it("are found when any byte of their file was changed, of the footer too", async () => {
    const path = join(directory, KEY);
    const body = await readFile(path);
    const footer = body.byteLength - 8 - body.readUInt32LE(body.byteLength - 8);
    const [inData, inFooter] = [Math.ceil(footer / 20), 101];
    for (let at = 0; at < body.byteLength; at += at < footer ? inData : inFooter) {
      const flipped = Buffer.from(body);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
      await writeFile(path, flipped);
      const [{ problems } = {}] = await verify();
      expect(problems, `byte ${at}`).toEqual([{ key: KEY, problem: OTHER_FILE }]);
    }
  });

  it.each<[string, (body: Buffer) => Buffer]>([
    ["cut", (body) => body.subarray(0, -100)],
    ["empty", () => Buffer.alloc(0)],
    ["longer", (body) => Buffer.concat([body, Buffer.alloc(1)])],
  ])("are found when their file is %s", async (_, change) => {
    await rewrite(KEY, change);
    expect(await verify()).toEqual([{ day: DAY, problems: [{ key: KEY, problem: OTHER_FILE }] }]);
  });

  it("are found by what they hold when version 0.1 wrote them, without a mark", async () => {
    await rm(join(directory, MARK_KEY));
    expect(await verify()).toEqual([{ day: DAY, problems: [] }]);
    await rewrite(KEY, (body) => body.subarray(0, -100));
    expect(await verify()).toMatchObject([
      { problems: [{ key: KEY, problem: expect.stringContaining("they cannot be read") }] },
    ]);
  });

  it("are no damage when their file was deleted: the lines serve the day", async () => {
    await rm(join(directory, KEY));
    expect(await verify()).toEqual([{ day: DAY, problems: [] }]);
  });

  it("have a mark of which every byte is checked", async () => {
    const body = await readFile(join(directory, MARK_KEY));
    const columns = new ParquetColumns(directory);
    columns.describe = async () => undefined; // not what is changed, and slow
    for (let at = 0; at < body.byteLength; at += 1) {
      const flipped = Buffer.from(body);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
      await writeFile(join(directory, MARK_KEY), flipped);
      const [{ problems = [] } = {}] = await verify({}, columns);
      // A hash of a file that is another: one of both was changed.
      expect(problems[0]?.problem, `byte ${at}`).toMatch(
        /^(it was changed since it was written|it is not the file .*entries\.json)$/,
      );
    }
  });

  it("are compared with what they were made of when the day was sealed again since", async () => {
    await writeArchive(directory, makeEntries(1, { from: MONDAY_MORNING + 30 }));
    await sealAgain();
    expect(await verify()).toEqual([{ day: DAY, problems: [] }]);
    await rewrite(MARK_KEY, (body) =>
      Buffer.from(`${body}`.replace(/"entries":60/, '"entries":61')),
    );
    expect(await verify()).toMatchObject([{ problems: [{ key: MARK_KEY }] }]);
  });

  it("are found when their day is not sealed", async () => {
    await rm(join(directory, manifestKey("slack", DAY)));
    expect(await verify()).toEqual([
      {
        day: DAY,
        problems: [MARK_KEY, KEY].map((key) => ({ key, problem: "its day is not sealed" })),
      },
    ]);
  });

  it("are not blamed for lines that were changed", async () => {
    for await (const key of new DirectoryArchiveStore(directory).keys("audit_logs/")) {
      await writeFile(join(directory, key), "changed");
    }
    expect(await verify()).toEqual([{ day: DAY, problems: [] }]);
  });
});
