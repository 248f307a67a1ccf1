import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntries } from "../../fake-slack/entries.ts";
import { hashLines } from "../../lib/archive/archive-object.ts";
import { columnsKey, columnsMarkKey } from "../../lib/archive/columns-key.ts";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { createDatabase } from "../../lib/local/duckdb.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import type { LakeNotice, LakeOptions } from "../../lib/local/lake-options.ts";
import { writeDayAsParquet } from "../../lib/local/parquet-columns.ts";
import { QueryError } from "../../lib/sql/query-result.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { makeDirectory, writeArchive } from "../sql/open-lake-of.ts";

const DAY = "2026-03-02";
const NEXT_DAY = "2026-03-03";
const ENTRIES = 400;
const COUNT = "SELECT count(*) FROM audit_logs";
const EVERYTHING = "SELECT * FROM audit_logs ORDER BY id";

let directory: string;
/** The object of the first hour. */
let object: string;

beforeEach(async () => {
  directory = await makeDirectory();
  await writeArchive(directory, makeEntries(ENTRIES, { stepSeconds: 20 }));
  object = (await keys("audit_logs/"))[0] ?? "";
});

async function keys(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const key of new DirectoryArchiveStore(directory).keys(prefix)) found.push(key);
  return found;
}

async function ask(sql: string, options?: LakeOptions) {
  using lake = await openLake(directory, options);
  return (await lake.query(sql)).rows;
}

/** @returns the rows, and what was said about them */
async function askNoticing(sql: string, skipDamaged?: boolean) {
  const notices: LakeNotice[] = [];
  const onNotice = (notice: LakeNotice) => notices.push(notice);
  return { rows: await ask(sql, { skipDamaged, onNotice }), notices };
}

async function plant(key: string, body: Uint8Array): Promise<void> {
  await mkdir(dirname(join(directory, key)), { recursive: true });
  await writeFile(join(directory, key), body);
}

const FORGED = `{"id":"forged","date_create":${MONDAY_MORNING}}`;
const FORGED_BODY = gzipSync(`${FORGED}\n`);
const FORGED_NAME = {
  source: "slack",
  minDateCreate: MONDAY_MORNING,
  maxDateCreate: MONDAY_MORNING,
  hash: hashLines([Buffer.from(FORGED)]),
};
const FORGED_KEY = toObjectKey(FORGED_NAME);

describe("the files that SQL reads", () => {
  it("are those whose names the archive gives", async () => {
    await plant(FORGED_KEY, FORGED_BODY);
    expect(await ask(COUNT)).toEqual([[ENTRIES + 1]]);
  });

  it.each([
    ["a hidden file", (key: string) => key.replace(/([^/]+)$/, ".$1")],
    ["a file of macOS", (key: string) => key.replace(/([^/]+)$/, "._$1")],
    ["a name that holds nothing", (key: string) => key.replace(/[^/]+$/, "x.json.gz")],
    ["a time of another hour", (key: string) => key.replace("hour=09", "hour=10")],
    ["an encoded day", (key: string) => key.replace("03-02", "03%2D02")],
    ["an encoded source", (key: string) => key.replace("slack", "slac%6b")],
    ["a hidden folder", (key: string) => key.replace("hour=09", ".hour=09")],
    ["one folder more", (key: string) => key.replace("hour=09", "hour=09/hour=09")],
  ])("are not %s", async (_, rename) => {
    await plant(rename(FORGED_KEY), FORGED_BODY);
    expect(await ask(COUNT)).toEqual([[ENTRIES]]);
    await plant(rename(FORGED_KEY), Buffer.from("no gzip"));
    expect(await ask(COUNT)).toEqual([[ENTRIES]]);
  });

  it("are in the partition that their own folders say", async () => {
    const above = join(directory, "source=other/dt=1999-01-01/hour=23");
    await mkdir(above, { recursive: true });
    await cp(join(directory, "audit_logs"), join(above, "audit_logs"), { recursive: true });
    directory = above;
    expect(
      await ask("SELECT source, dt, min(hour), count(*) FROM audit_logs GROUP BY source, dt"),
    ).toEqual([["slack", DAY, 9, ENTRIES]]);
  });

  it("are found in a directory of any name, and not in one that looks like it", async () => {
    const [odd, other] = ["lake [*]?'", "lake *xy"].map((name) => join(directory, name));
    await cp(join(directory, "audit_logs"), join(odd ?? "", "audit_logs"), { recursive: true });
    await cp(join(directory, "audit_logs"), join(other ?? "", "audit_logs"), { recursive: true });
    directory = odd ?? "";
    await sealDays(new DirectoryArchiveStore(directory), "slack", [DAY]);
    expect(await askNoticing(COUNT)).toEqual({ rows: [[ENTRIES]], notices: [] });
    await writeDayAsParquet(directory, "slack", DAY);
    expect(await askNoticing(COUNT)).toEqual({ rows: [[ENTRIES]], notices: [] });
    expect(await ask("SELECT count(*) FROM archive_hours")).toEqual([[24]]);
    await writeFile(join(directory, columnsKey("slack", DAY)), "no Parquet");
    const { rows, notices } = await askNoticing(COUNT);
    expect(rows).toEqual([[ENTRIES]]);
    expect(notices).toHaveLength(1);
  });

  it("are manifests by their own names: a hidden one seals nothing", async () => {
    await sealDays(new DirectoryArchiveStore(directory), "slack", [DAY]);
    const key = manifestKey("slack", DAY);
    const sealed = "SELECT count(*) FROM archive_hours";
    expect(await ask(sealed)).toEqual([[24]]);
    for (const name of [`.dt=${DAY}.json`, "dt=2026-03%2D02.json", `x-dt=${DAY}.json`]) {
      const other = key.replace(/[^/]+$/, name);
      await rename(join(directory, key), join(directory, other));
      expect(await ask(sealed)).toEqual([[0]]);
      await rename(join(directory, other), join(directory, key));
    }
  });
});

describe("a damaged object", () => {
  const damages: [string, (body: Buffer) => Buffer, string][] = [
    ["cut", (body) => body.subarray(0, body.length / 2), "it is not whole gzip"],
    ["cut by its last byte", (body) => body.subarray(0, -1), "it is not whole gzip"],
    ["empty", () => Buffer.alloc(0), "it is not whole gzip"],
    [
      "with a bit flipped",
      (body) => {
        const flipped = Buffer.from(body);
        const at = body.length / 2;
        flipped[at | 0] = (body[at | 0] ?? 0) ^ 1;
        return flipped;
      },
      "cannot read",
    ],
    [
      "without its last line",
      (body) =>
        gzipSync(
          gunzipSync(body)
            .toString()
            .replace(/[^\n]*\n$/, ""),
        ),
      "its lines are not those that its name was made from",
    ],
    [
      "rewritten",
      (body) => gzipSync(gunzipSync(body).toString().replace("W", "X")),
      "its lines are not those that its name was made from",
    ],
    ["with a second one behind it", (body) => Buffer.concat([body, FORGED_BODY]), "its lines are"],
    ["with something behind it", (body) => Buffer.concat([body, Buffer.alloc(8)]), "it goes on"],
  ];

  it.each(damages)("is an error that names it: %s", async (_, damage, problem) => {
    await writeFile(join(directory, object), damage(await readFile(join(directory, object))));
    for (const sql of [COUNT, EVERYTHING]) {
      const error = await ask(sql).catch((error) => error);
      expect(error).toBeInstanceOf(QueryError);
      expect(error.message).toContain(`cannot read ${object}: `);
      expect(error.message).toContain(problem);
      expect(error.message).not.toContain("\n");
    }
  });

  it.each(damages)("can be left out knowingly: %s", async (_, damage, problem) => {
    const body = await readFile(join(directory, object));
    const lines = gunzipSync(body).toString().split("\n").length - 1;
    await writeFile(join(directory, object), damage(body));
    const { rows, notices } = await askNoticing(COUNT, true);
    expect(rows).toEqual([[ENTRIES - lines]]);
    expect(notices).toMatchObject([{ key: object, effect: "left_out" }]);
    if (problem.startsWith("it")) expect(notices[0]?.problem).toContain(problem);
  });

  it("is not looked at by a query that does not read it", async () => {
    await writeArchive(directory, makeEntries(3, { from: MONDAY_MORNING + 86_400 }));
    await writeFile(join(directory, object), "no gzip");
    expect(await ask(`${COUNT} WHERE dt = '${NEXT_DAY}'`)).toEqual([[3]]);
    await expect(ask(COUNT)).rejects.toThrow(object);
  });

  it("is named with others, but not with all", async () => {
    const all = await keys("audit_logs/");
    for (let more = 0; more < 6; more++) {
      const text = `{"id":"more-${more}","date_create":${MONDAY_MORNING + more}}\n`;
      const hash = hashLines([Buffer.from(text.trim())]);
      const key = toObjectKey({ ...FORGED_NAME, hash });
      await plant(key, gzipSync(text).subarray(0, -1));
      all.push(key);
    }
    await writeFile(join(directory, object), "no gzip");
    await expect(ask(COUNT)).rejects.toThrow(/; and \d more: restore/);
  });

  it("is a manifest, too", async () => {
    await sealDays(new DirectoryArchiveStore(directory), "slack", [DAY]);
    const path = join(directory, manifestKey("slack", DAY));
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace('"listed":180', '"listed":181'));
    await expect(ask("SELECT * FROM archive_hours")).rejects.toThrow(
      `cannot read ${manifestKey("slack", DAY)}: it contradicts itself`,
    );
    expect(await ask(COUNT)).toEqual([[ENTRIES]]);
  });
});

describe("columns", () => {
  let path: string;

  beforeEach(async () => {
    await sealDays(new DirectoryArchiveStore(directory), "slack", [DAY]);
    await writeDayAsParquet(directory, "slack", DAY);
    path = join(directory, columnsKey("slack", DAY));
  });

  /** The Parquet file with another SELECT over its rows. */
  async function rewrite(select: string): Promise<void> {
    const database = await createDatabase();
    const connection = await database.connect();
    const quoted = `'${path.replaceAll("'", "''")}'`;
    try {
      await connection.run(`CREATE TABLE rows AS SELECT * FROM read_parquet(${quoted})`);
      await connection.run(`COPY (${select}) TO ${quoted} (FORMAT parquet)`);
    } finally {
      connection.closeSync();
      database.closeSync();
    }
  }

  const FROM_LINES = { key: columnsKey("slack", DAY), effect: "from_lines" };

  it("serve a day without a word", async () => {
    // They are read, not the lines.
    for (const key of await keys("audit_logs/")) {
      await writeFile(join(directory, key), "no gzip");
    }
    const { rows, notices } = await askNoticing(COUNT);
    expect(rows).toEqual([[ENTRIES]]);
    expect(notices).toEqual([]);
  });

  it.each([
    [
      "with one e-mail address changed",
      "SELECT * REPLACE ('eve@example.com' AS actor_email) FROM rows",
    ],
    ["with rows removed", "SELECT * FROM rows LIMIT 128"],
    ["written again", "SELECT * FROM rows"],
  ])("that were replaced are not read: %s", async (_, select) => {
    const lines = await ask("SELECT * FROM audit_log_lines");
    await rewrite(select);
    const { rows, notices } = await askNoticing(
      "SELECT line, source, dt, hour FROM audit_logs WHERE actor_email <> 'eve@example.com'",
    );
    expect(rows.map(String).sort()).toEqual(lines.map(String).sort());
    expect(notices).toMatchObject([
      { ...FROM_LINES, problem: "it is not the file that was compared with the day's lines" },
    ]);
  });

  it("that are cut are not read", async () => {
    await writeFile(path, (await readFile(path)).subarray(0, 1000));
    const { rows, notices } = await askNoticing(COUNT);
    expect(rows).toEqual([[ENTRIES]]);
    expect(notices).toMatchObject([FROM_LINES]);
  });

  it("without a mark, as version 0.1 wrote them, are not read until they are written again", async () => {
    await rm(join(directory, columnsMarkKey("slack", DAY)));
    const { rows, notices } = await askNoticing(COUNT);
    expect(rows).toEqual([[ENTRIES]]);
    expect(notices).toMatchObject([
      { ...FROM_LINES, problem: "nothing says that it was compared with the day's lines" },
    ]);
    expect(await writeDayAsParquet(directory, "slack", DAY)).toMatchObject({ isNew: true });
    expect(await askNoticing(COUNT)).toEqual({ rows, notices: [] });
  });

  it("are not read when the day has other objects, and their lines are", async () => {
    await plant(FORGED_KEY, FORGED_BODY);
    const { rows, notices } = await askNoticing(COUNT);
    expect(rows).toEqual([[ENTRIES + 1]]);
    expect(notices).toMatchObject([
      { ...FROM_LINES, problem: "the day has other objects than when it was made" },
    ]);
  });

  it("of a day that is not sealed are not read", async () => {
    await rm(join(directory, manifestKey("slack", DAY)));
    await rewrite("SELECT * FROM rows LIMIT 1");
    expect(await askNoticing(COUNT)).toEqual({ rows: [[ENTRIES]], notices: [] });
  });

  it("that are replaced bring up a damaged object of the day", async () => {
    await rewrite("SELECT * FROM rows LIMIT 1");
    await writeFile(join(directory, object), "no gzip");
    await expect(ask(COUNT)).rejects.toThrow(object);
    const { notices } = await askNoticing(COUNT, true);
    expect(notices).toMatchObject([FROM_LINES, { key: object, effect: "left_out" }]);
  });
});
