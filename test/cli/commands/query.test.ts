import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { SAVED_QUERIES } from "../../../lib/sql/saved-queries.ts";
import { run } from "../audit-lake.ts";
import { emptyArchive } from "../empty-archive.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const SELECT = "SELECT id, action, date_create FROM audit_logs WHERE id LIKE 'page-%' ORDER BY id";

let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  const files = ["page.json", "array.json"].map((name) => join(FIXTURES, name));
  expect(await run(["import", "--archive", archive, ...files])).toMatchObject({ code: 0 });
});
afterAll(() => rm(archive, { recursive: true }));

const query = (...args: string[]) => run(["query", "--archive", archive, ...args]);

it("prints a table", async () => {
  expect(await query(SELECT)).toEqual({
    code: 0,
    stderr: "",
    stdout: [
      "┌────────┬─────────────────┬─────────────┐",
      "│ id     │ action          │ date_create │",
      "├────────┼─────────────────┼─────────────┤",
      "│ page-1 │ user_login      │  1772442000 │",
      "│ page-2 │ file_downloaded │  1772442060 │",
      "│ page-3 │ user_logout     │  1772442120 │",
      "└────────┴─────────────────┴─────────────┘",
      "3 rows",
      "",
    ].join("\n"),
  });
});

it("prints JSON with every row", async () => {
  const { stdout } = await query(SELECT, "--json");
  expect(JSON.parse(stdout)).toEqual([
    { id: "page-1", action: "user_login", date_create: 1_772_442_000 },
    { id: "page-2", action: "file_downloaded", date_create: 1_772_442_060 },
    { id: "page-3", action: "user_logout", date_create: 1_772_442_120 },
  ]);
});

it("prints CSV that a quote, a comma and a line break survive", async () => {
  const { stdout } = await query(
    `SELECT 'a "b"' AS x, 'c,d' AS y, chr(10) AS z, NULL AS n`,
    "--csv",
  );
  expect(stdout).toBe('x,y,z,n\r\n"a ""b""","c,d","\n",\r\n');
});

it("prints the first 10,000 rows of a table where there is no terminal, and says so", async () => {
  const { stdout, stderr } = await query("SELECT * FROM range(12500) AS t (number)");
  expect(stdout).toContain("│   9999 │");
  expect(stdout).toMatch(/^12,500 rows; 2,500 rows not shown$/m);
  expect(stderr).toMatch(/^A table shows the first rows; --output ndjson, .*\n$/);
});

describe("a result in a file", () => {
  it("is there whole, for its owner alone", async () => {
    const file = join(await temporaryDirectory(), "result.ndjson");
    const ended = await query(SELECT, "--output", "ndjson", "--file", file);
    expect(ended).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await readFile(file, "utf8")).toMatch(/^{"id":"page-1",.*}\n{.*}\n{.*}\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("is as it was when the query fails", async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, "result.csv");
    await writeFile(file, "before");
    const sql = "SELECT CAST(action AS integer) FROM audit_logs";
    const { code } = await query(sql, "--output", "csv", "--file", file);
    expect(code).toBe(1);
    expect(await readFile(file, "utf8")).toBe("before");
    expect(await readdir(directory)).toEqual(["result.csv"]);
  });
});

it("runs a saved query with its parameters", async () => {
  const { code, stdout } = await query("logins", "--set", "from_day=2026-03-01", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([{ actor_email: "miles@example.com", logins: 2 }]);
});

it("says of which days the archive has entries when it has none of the period", async () => {
  const { code, stdout, stderr } = await query("logins", "--until", "2026-03-02", "--json");
  expect({ code, stdout }).toEqual({ code: 0, stdout: "[]\n" });
  expect(stderr).toMatch(/^Reading 2026-01-30 to 2026-03-01 .*\n.*: no entry is of this period; /);
  expect(stderr).toMatch(/ are of 2026-03-02 to 2026-03-02 \(UTC\)\n$/);
});

it.each([["table"], ["csv"], ["parquet"]])(
  "says what it looked for in vain, and among how many entries: %s",
  async (format) => {
    const file = join(await temporaryDirectory(), "result");
    const output = format === "table" ? [] : ["--output", format, "--file", file];
    const args = ["--set", "person=nobody@example.com", "--from", "2026-03-01", ...output];
    const { code, stderr } = await query("user-trail", ...args, "--until", "2026-03-09");
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^Reading .*\naudit-lake: nothing found with person=nobody@example\.com; the period has \d+ entries, of which none matched\n$/,
    );
  },
);

it("says nothing of a period when there is no archive", async () => {
  const { stderr } = await query("logins", "--archive", "/nowhere");
  expect(stderr).toMatch(/^audit-lake: there is no archive at .*\n$/);
});

it("lists every saved query", async () => {
  const { stdout } = await run(["query", "--list"]);
  for (const { name, title } of SAVED_QUERIES.values())
    expect(stdout).toContain(`${name}: ${title}`);
});

it("fits the list of saved queries, and a result, to COLUMNS where there is no terminal", async () => {
  const list = await run(["query", "--list"], { env: { COLUMNS: "60" } });
  expect(Math.max(...list.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  const result = await run(["query", "--archive", archive, "SELECT * FROM audit_logs"], {
    env: { COLUMNS: "60" },
  });
  expect(Math.max(...result.stdout.split("\n").map((line) => line.length))).toBe(60);
});

it("finds nothing in an archive without entries", async () => {
  const empty = await emptyArchive();
  const { code, stdout } = await run(["query", "--archive", empty, "SELECT id FROM audit_logs"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^0 rows$/m);
});

describe("a mistake gives one line", () => {
  it.each<[string, string[], number, RegExp]>([
    ["no query", [], 2, /give a SELECT or the name/],
    ["an empty query", [" ; "], 2, /give a SELECT or the name/],
    ["a comment", ["/* nothing */"], 2, /No statement/],
    ["an unknown name", ["logons"], 2, /no saved query "logons"/],
    [
      "a slip in a table's name",
      ["SELECT 1 FROM address_contxt"],
      2,
      /there are audit_logs, .*only Athena has address_context \(with/,
    ],
    ["bad SQL", ["SELECT actin FROM audit_logs"], 2, /actin/],
    ["no SQL", ["SELEC 1"], 2, /"SELEC" \(line 1\)/],
    ["a file for a table", ["SELECT * FROM '/etc/passwd'"], 2, /not a table/],
    ["another statement", ["CREATE TABLE t (x INTEGER)"], 2, /only SELECT/],
    [
      "a value that does not fit",
      ["SELECT CAST(action AS integer) FROM audit_logs"],
      1,
      /Conversion/,
    ],
    ["an unknown parameter", ["logins", "--set", "form_day=2026-03-01"], 2, /form_day/],
    ["a bad value", ["logins", "--set", "from_day=March"], 2, /"March" is not a value/],
    ["a parameter without a value", ["logins", "--set", "from_day"], 2, /--set/],
    [
      "a parameter for a SELECT",
      ["SELECT 1", "--set", "from_day=2026-03-01"],
      2,
      /--set works with saved queries only/,
    ],
    ["two formats", ["SELECT 1", "--json", "--csv"], 2, /cannot be used with/],
    ["a file for a table", ["SELECT 1", "--file", "x"], 2, /--file needs --output/],
    ["Parquet for the terminal", ["SELECT 1", "--output", "parquet"], 2, /needs --file/],
    [
      "a file that cannot be",
      ["SELECT 1", "--output", "csv", "--file", "/nowhere/x.csv"],
      2,
      /there is no folder \/nowhere/,
    ],
    ["an archive that is not there", ["SELECT 1", "--archive", "/nowhere"], 2, /no archive at/],
  ])("%s", async (_, args, code, message) => {
    const ended = await query(...args);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toMatch(/^audit-lake: .*\n$/);
  });
});

describe("a damaged object", () => {
  let copy: string;
  let object: string;

  beforeEach(async () => {
    copy = await temporaryDirectory();
    await cp(archive, copy, { recursive: true });
    for await (const key of new DirectoryArchiveStore(copy).keys("audit_logs/")) object = key;
    const path = join(copy, object);
    await writeFile(path, (await readFile(path)).subarray(0, -9));
  });

  const COUNT = "SELECT count(*) AS n FROM audit_logs";

  it("is an error that names it", async () => {
    expect(await run(["query", "--archive", copy, COUNT])).toEqual({
      code: 1,
      stdout: "",
      stderr: `audit-lake: cannot read ${object}: it is not whole gzip: restore the first version, or leave out what is damaged (query --skip-damaged)\n`,
    });
  });

  it("is left out knowingly, and named", async () => {
    const { code, stdout, stderr } = await run([
      ...["query", "--archive", copy, COUNT, "--json", "--skip-damaged"],
    ]);
    expect(code).toBe(0);
    expect(stderr).toBe(`audit-lake: LEFT OUT ${object}: it is not whole gzip\n`);
    const [{ n: whole }] = JSON.parse((await query(COUNT, "--json")).stdout);
    expect(JSON.parse(stdout)[0].n).toBeLessThan(whole);
  });
});
