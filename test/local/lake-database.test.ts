import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { collectRows, QueryError } from "../../lib/sql/query-result.ts";
import {
  makeDirectory,
  OBJECT,
  openLakeOf,
  openLakeOfLines,
  openLakeOfObject,
  writeArchive,
} from "../sql/open-lake-of.ts";

describe("the table audit_log_lines", () => {
  it("has no rows in an empty archive", async () => {
    using lake = await openLake(await makeDirectory());

    const result = await lake.query("SELECT * FROM audit_log_lines");

    expect(result).toEqual({
      columns: ["line", "source", "dt", "hour"],
      types: ["VARCHAR", "VARCHAR", "VARCHAR", "INTEGER"],
      rows: [],
    });
    expect((await lake.query("SELECT * FROM audit_logs")).rows).toEqual([]);
  });

  it("gives each line as it was stored, with the partition it stands in", async () => {
    const entries = [
      makeEntry({ details: { quote: `he said "hi", it's 100 %`, tab: "a\tb", nul: "\u0000é😀" } }),
      makeEntry({ dateCreate: MONDAY_MORNING + 3600, details: "y".repeat(1_000_000) }),
      `  {"id" : "spaced", "date_create" : ${MONDAY_MORNING + 7200}, "n": 12345678901234567890123 }`,
    ];
    const lake = await openLakeOf(...entries);

    const { rows } = await lake.query("SELECT * FROM audit_log_lines ORDER BY dt, hour");

    expect(rows).toEqual(
      entries.map((entry, i) => [
        typeof entry === "string" ? entry : entry.text,
        "slack",
        "2026-03-02",
        9 + i,
      ]),
    );
  });

  it("takes a line for one column, whatever it holds", async () => {
    const lines = ["null", "NULL", "\\N", '"open quote', "# no comment", "a,b;c|d\te", "{}"];
    const lake = await openLakeOfLines(lines);

    const { rows } = await lake.query("SELECT line FROM audit_log_lines");

    expect(rows).toEqual(lines.map((line) => [line]));
    expect(
      (await lake.query("SELECT id, details FROM audit_logs WHERE id IS NOT NULL")).rows,
    ).toEqual([]);
  });

  it("shows objects that came after it was opened", async () => {
    const directory = await makeDirectory();
    await writeArchive(directory, [makeEntry()]);
    using lake = await openLake(directory);
    await writeArchive(directory, [makeEntry({ dateCreate: MONDAY_MORNING + 3600 })]);

    const { rows } = await lake.query("SELECT count(*) FROM audit_log_lines");

    expect(rows).toEqual([[2]]);
  });
});

describe("query", () => {
  it("gives integers as numbers while they are exact, and times in UTC", async () => {
    const lake = await openLakeOf();

    const { rows } = await lake.query(
      `SELECT 9007199254740991, 9007199254740992, sum(x), TIMESTAMP '2026-03-02 09:00:00', true, NULL
       FROM (VALUES (1), (2)) AS t (x)`,
    );

    expect(rows).toEqual([
      [Number.MAX_SAFE_INTEGER, "9007199254740992", 3, "2026-03-02 09:00:00", true, null],
    ]);
  });

  it.each([
    ["COPY (SELECT 1) TO '/tmp/stolen'", "/tmp/stolen"],
    ["CREATE TABLE t (a integer)", undefined],
    ["DROP VIEW audit_logs", undefined],
    ["SET enable_external_access = true", undefined],
    ["ATTACH '/tmp/other.db'", "/tmp/other.db"],
    ["INSTALL httpfs", undefined],
    ["SELECT 1; SELECT 2", undefined],
    ["SELECT * FROM read_csv('/etc/hostname')", undefined],
    ["SELECT * FROM read_text('https://example.com/')", undefined],
  ])("refuses %s", async (sql, file) => {
    const lake = await openLakeOf();

    await expect(lake.query(sql)).rejects.toThrow(QueryError);

    expect(file !== undefined && existsSync(file)).toBe(false);
    expect((await lake.query("SELECT 1")).rows).toEqual([[1]]);
  });

  it("reads tables and views, and no file by its name", async () => {
    const directory = await makeDirectory();
    await writeArchive(directory, [makeEntry()]);
    using lake = await openLake(directory);
    const path = join(directory, "audit_logs/x.parquet").replaceAll("'", "''");

    for (const table of [
      `read_parquet('${path}')`,
      `'${path}'`,
      `(SELECT * FROM glob('${path}'))`,
      `enable_logging(storage := 'file', storage_path := '${join(path, "..")}')`,
      "disable_logging()",
      "query('SELECT * FROM disable_logging()')",
    ]) {
      await expect(
        lake.query(`WITH t AS (SELECT * FROM ${table}) SELECT * FROM t`),
      ).rejects.toThrow("use the tables and views of the archive");
    }
    expect((await lake.query("SELECT count(*) FROM audit_logs")).rows).toEqual([[1]]);
  });

  it("refuses to write into the archive itself", async () => {
    const directory = await makeDirectory();
    await writeArchive(directory, [makeEntry()]);
    using lake = await openLake(directory);
    const target = join(directory, "audit_logs", "forged.json.gz");
    const copy = `COPY (SELECT 1) TO '${target.replaceAll("'", "''")}'`;

    await expect(lake.query(copy)).rejects.toThrow("only SELECT is allowed");
    await expect(lake.query(`EXPLAIN ANALYZE ${copy}`)).rejects.toThrow("only SELECT is allowed");
    await expect(lake.query(copy.replace(/^COPY.*TO/, "EXPORT DATABASE"))).rejects.toThrow(
      "only SELECT is allowed",
    );

    expect(existsSync(target)).toBe(false);
  });

  it.each([
    ["SELECT *\nFROM nowhere", /^there is no table or view nowhere here: .* \(line 2\)$/],
    ["SELEC 1", /^Parser Error: .*"SELEC" \(line 1\)$/],
    ["SELECT ids FROM audit_logs", /^Binder Error: .*"ids" not found.* \(line 1\)$/],
  ])("says in one line what is wrong with %j", async (sql, message) => {
    const lake = await openLakeOf();

    await expect(lake.query(sql)).rejects.toThrow(message);
  });

  it("names the object that it cannot read, and keeps its lines out of the message", async () => {
    const notGzip = await openLakeOfObject(Buffer.from("secret"));
    const notUtf8 = await openLakeOfObject(
      gzipSync(Buffer.concat([Buffer.from('{"secret":"'), Buffer.of(0xff), Buffer.from('"}\n')])),
    );

    for (const lake of [notGzip, notUtf8]) {
      const error = await lake.query("SELECT * FROM audit_logs").catch((error) => error);

      expect(error).toBeInstanceOf(QueryError);
      expect(error.message).toContain(OBJECT);
      expect(error.message).not.toMatch(/secret|\n/);
    }
  });

  it("ends with the signal's reason when it is interrupted", async () => {
    const lake = await openLakeOf(...makeEntries(10));
    const interruption = new AbortController();
    const query = lake.query(
      "SELECT count(*) FROM range(100000) AS a, range(100000) AS b, range(100000) AS c",
      interruption.signal,
    );

    setImmediate(() => interruption.abort(new Error("Ctrl-C")));

    await expect(query).rejects.toThrow("Ctrl-C");
    expect((await lake.query("SELECT 1")).rows).toEqual([[1]]);
  });

  it("reads only the partitions that the query asks for", async () => {
    const directory = await makeDirectory();
    await writeArchive(directory, [makeEntry()]);
    await writeArchive(directory, [makeEntry({ dateCreate: MONDAY_MORNING + 86_400 })]);
    for await (const key of new DirectoryArchiveStore(directory).keys(
      "audit_logs/source=slack/dt=2026-03-03/",
    )) {
      await writeFile(join(directory, key), "not gzip");
    }
    using lake = await openLake(directory);

    const { rows } = await lake.query(
      `SELECT count(id) FROM audit_logs
       WHERE dt <= date_format(DATE '2026-03-03' - INTERVAL '1' DAY, '%Y-%m-%d')`,
    );

    expect(rows).toEqual([[1]]);
    await expect(lake.query("SELECT count(id) FROM audit_logs")).rejects.toThrow(QueryError);
  });
});

it("tells what a query is at", async () => {
  const directory = await makeDirectory();
  await writeArchive(directory, [makeEntry(), makeEntry({ dateCreate: MONDAY_MORNING + 3600 })]);
  const told: object[] = [];
  using lake = await openLake(directory, { onProgress: (progress) => told.push(progress) });

  await lake.query("SELECT count(id) FROM audit_logs");

  expect(told.slice(-2)).toEqual([
    { files: 2, checked: 1 },
    { files: 2, checked: 2 },
  ]);
});

describe("several queries at once", () => {
  const DAYS = { from: "2026-03-02", to: "2026-03-02" };
  const COUNT = "SELECT action, count(*) AS n FROM audit_logs GROUP BY action ORDER BY action";

  it("give what each gives by itself, of the days that are parsed once and of all others", async () => {
    const lake = await openLakeOf(
      makeEntry({ action: "user_login" }),
      makeEntry({ action: "user_logout", dateCreate: MONDAY_MORNING + 86_400 }),
    );
    const statements = [
      COUNT,
      "SELECT id, event_time, details FROM audit_logs -- and no line\nWHERE dt > '2026-03-02'",
      "SELECT count(*) FROM archive_hours",
    ];

    const results = await lake.readAll(statements, DAYS, collectRows);

    expect(results).toEqual(await Promise.all(statements.map((sql) => lake.query(sql))));
    expect(results[0]?.rows).toEqual([
      ["user_login", 1],
      ["user_logout", 1],
    ]);
  });

  it("refuse a damaged object, and a statement that does not only read", async () => {
    const lake = await openLakeOfObject(gzipSync("{}\n").subarray(0, 20));

    await expect(lake.readAll([COUNT], DAYS, collectRows)).rejects.toThrow(/^cannot read /);
    await expect(lake.readAll(["CREATE TABLE t AS SELECT 1"], DAYS, collectRows)).rejects.toThrow(
      QueryError,
    );
  });
});
