import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { completerOf } from "../../../cli/commands/sql.ts";
import { SAVED_QUERIES } from "../../../lib/sql/saved-queries.ts";
import { run } from "../audit-lake.ts";
import { temporaryDirectory } from "../temporary-directory.ts";
import { runAtTerminal } from "../terminal.ts";

const PAGE = fileURLToPath(new URL("../../fixtures/page.json", import.meta.url));

let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  expect(await run(["import", "--archive", archive, PAGE])).toMatchObject({ code: 0 });
});

afterAll(() => rm(archive, { recursive: true }));

it("runs the statements of a file, and saved queries of a folder", async () => {
  const folder = await temporaryDirectory();
  const own =
    "-- Ours\n-- How many?\n-- leaves out nothing\nSELECT count(*) AS own FROM audit_logs\nWHERE dt BETWEEN :from_day AND :to_day\n";
  await writeFile(join(folder, "how-many.sql"), own);
  const file = join(folder, "questions.txt");
  await writeFile(file, "SELECT ';' AS x;\nhow-many;\nSELECT 2 AS last");
  const { code, stdout } = await run([
    ...["sql", "--archive", archive, "--file", file, "--queries", folder],
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ ; │[\s\S]*│ own │[\s\S]*│ +2 │/);
});

it("says in which line of a file a mistake is", async () => {
  const file = join(await temporaryDirectory(), "questions.sql");
  await writeFile(file, "-- Ours; all of them.\nSELECT 1 AS x;\n\n\n  SELECT\n  y;\nSELECT 3");
  expect(await run(["sql", "--archive", archive, "--file", file])).toEqual({
    code: 2,
    stdout: expect.stringMatching(/│ x │/),
    stderr: expect.stringMatching(/^audit-lake: Binder Error: .*"y".* \(line 6\)\n$/),
  });
});

it("says that there is nothing to run", async () => {
  expect(await run(["sql", "--archive", archive], { stdin: " ;\n" })).toEqual({
    code: 2,
    stdout: "",
    stderr: "audit-lake: there is no statement on standard input\n",
  });
});

it.each([
  ["a file that is not there", "/nowhere.sql", "cannot read --file /nowhere.sql"],
  ["a folder", "/", "cannot read --file /"],
])("refuses %s in one line", async (_what, file, problem) => {
  const { code, stderr } = await run(["sql", "--archive", archive, "--file", file]);
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`^audit-lake: ${problem}: .*\n$`));
});

it("converses at a terminal, over several lines, and keeps what was typed to the user", async () => {
  const state = await temporaryDirectory();
  const { code, screen } = await runAtTerminal(["sql", "--archive", archive], {
    columns: 60,
    env: { XDG_STATE_HOME: state },
    type: { at: "sql>", keys: "SELECT actor_email\rFROM audit_logs LIMIT 1;\r.quit\r" },
  });
  expect(code).toBe(0);
  expect(screen).toContain("...> ");
  expect(screen).toContain("1 row");
  const history = join(state, "audit-lake", "sql-history");
  expect(await readFile(history, "utf8")).toContain("FROM audit_logs LIMIT 1;");
  expect((await stat(history)).mode & 0o777).toBe(0o600);
});

it.each([
  ["exit\r", ""],
  ["\u0003quit;\r", "Ctrl-D or .quit leaves"],
  ["SELECT 1\r.quit\r", ""],
])("is left by %j", async (keys, hint) => {
  const { code, screen } = await runAtTerminal(["sql", "--archive", archive], {
    env: { XDG_STATE_HOME: await temporaryDirectory() },
    type: { at: "sql>", keys },
  });
  expect(code).toBe(0);
  expect(screen).not.toContain("no saved query");
  expect(screen).toContain(hint);
});

it("completes columns, views, saved queries and commands", () => {
  const complete = completerOf(SAVED_QUERIES);
  expect(complete("SELECT actor_em")).toEqual([["actor_email"], "actor_em"]);
  expect(complete("FROM audit_logs")[0]).toEqual(["audit_logs", "audit_logs_ocsf"]);
  expect(complete("login-")[0]).toEqual(["login-after-failures"]);
  expect(complete(".q")[0]).toEqual([".queries", ".quit"]);
});

it.each([60, 80, 120])("shows a wide result whole at %i columns", async (columns) => {
  const { screen } = await runAtTerminal(
    ["query", "--archive", archive, "SELECT * FROM audit_logs LIMIT 1", "--no-pager"],
    { columns, rows: 100 },
  );
  const lines = screen.split("\n");
  expect(lines).toContain("── row 1 ".padEnd(columns, "─"));
  expect(screen).toMatch(/^action +\w+$/m);
  expect(screen).toMatch(/^1 row$/m);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
});
