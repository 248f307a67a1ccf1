import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { defineReportCommand } from "../../../cli/commands/report.ts";
import { AddressContext } from "../../../lib/detect/context/address-context.ts";
import { run } from "../audit-lake.ts";
import { deployed } from "../stack/deployed.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const PAGE = fileURLToPath(new URL("../../fixtures/page.json", import.meta.url));
const PERIOD = ["--from", "2026-03-02", "--until", "2026-03-03"];

let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  expect(await run(["import", "--archive", archive, PAGE])).toMatchObject({ code: 0 });
});
afterAll(() => rm(archive, { recursive: true }));

it("writes the page and the evidence of a trail, readable by their owner only", async () => {
  const [page, evidence] = [join(archive, "../trail.html"), join(archive, "../case.zip")];
  const args = ["--user", "U0MILES001", "--output", page, "--evidence", evidence];
  const { code, stdout, stderr } = await run(["report", "--archive", archive, ...PERIOD, ...args]);

  expect({ code, stderr, stdout }).toEqual({
    code: 0,
    stderr: "",
    stdout: `${page}\n${evidence}\n`,
  });
  expect(await readFile(page, "utf8")).toContain("Trail of a user");
  expect((await readFile(evidence)).subarray(0, 2).toString()).toBe("PK");
  for (const file of [page, evidence]) {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await rm(file);
  }
});

it.each([
  [["--evidence", "x.zip"], "--evidence goes with --user, --address, --app or --channel"],
  [["--user", "U1", "--app", "A1"], "name one of --user, --address, --app, --channel"],
  [["--user", " "], "--user needs a value"],
  [["--output", "."], "--output . is a folder: name a file"],
  [["--output", "/nowhere/x"], "--output /nowhere/x: there is no folder /nowhere"],
  [
    ["--user", "U0MILES001", "--output", "/tmp/a", "--evidence", "/tmp/../tmp/a"],
    "--evidence /tmp/../tmp/a is the file of the page: name another",
  ],
  [["--json", "--open"], "option '--json' cannot be used with option '--open'"],
])("refuses %j in one line", async (args, problem) => {
  const { code, stderr } = await run(["report", "--archive", archive, ...PERIOD, ...args]);

  expect({ code, stderr }).toEqual({ code: 2, stderr: `audit-lake: ${problem}\n` });
});

it.each(["output", "evidence"])(
  "leaves no file behind when --%s cannot be written",
  async (bad) => {
    const folder = await temporaryDirectory();
    const files = { output: join(folder, "trail.html"), evidence: join(folder, "case.zip") };
    const args = Object.entries({ ...files, [bad]: "/nowhere/x" }).flatMap(([option, file]) => [
      `--${option}`,
      file,
    ]);
    const { code, stderr } = await run([
      ...["report", "--archive", archive, ...PERIOD, "--user", "U0MILES001", ...args],
    ]);

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `audit-lake: --${bad} /nowhere/x: there is no folder /nowhere\n`,
    });
    expect(await readdir(folder)).toEqual([]);
  },
);

it.each([
  ["user", "nobody@example.com"],
  ["address", "192.0.2.250"],
  ["app", "A0NONE"],
  ["channel", "C0NONE"],
])("writes no page about a --%s of which there is nothing", async (kind, value) => {
  const page = join(archive, "../nothing.html");
  const args = [`--${kind}`, value, "--output", page];
  const { code, stdout, stderr } = await run(["report", "--archive", archive, ...PERIOD, ...args]);

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(
    new RegExp(
      `^audit-lake: no entry of 2026-03-02 to 2026-03-02 is about the ${kind} ${value}; the entries of the archive \\S+ are of \\S+ to \\S+ \\(UTC\\)\n$`,
    ),
  );
  await expect(stat(page)).rejects.toThrow("ENOENT");
});

it("says when the archive has nothing of the period", async () => {
  const period = ["--from", "2020-01-01", "--until", "2020-01-02", "--skip-rules", "--json"];
  const { code, stderr } = await run(["report", "--archive", archive, ...period]);

  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^audit-lake: no entry is of this period; the entries of the archive .*\n$/,
  );
});

/** Athena whose every query has no row, but that of the logins, which has this one. */
function athena(login: Record<string, string> = {}) {
  const names = Object.keys(login);
  const toRow = (texts: string[]) => ({ Data: texts.map((VarCharValue) => ({ VarCharValue })) });
  return {
    StartQueryExecution: ({ QueryString }: Record<string, unknown>) => ({
      QueryExecutionId: String(QueryString).includes("'user_login'\n") ? "logins" : "others",
    }),
    GetQueryExecution: () => ({
      QueryExecution: {
        Status: { State: "SUCCEEDED" },
        Statistics: { DataScannedInBytes: 10_000_000, EngineExecutionTimeInMillis: 1 },
      },
    }),
    GetQueryResults: ({ QueryExecutionId }: Record<string, unknown>) => ({
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: names.map((Name) => ({ Name, Type: "varchar" })) },
        Rows: QueryExecutionId === "logins" ? [toRow(names), toRow(Object.values(login))] : [],
      },
    }),
    GetItem: () => ({}),
    ListObjectsV2: () => [],
  };
}

it("asks Athena with --stack, and says what that scanned", async () => {
  const { environment: env } = await deployed(athena());
  const { code, stdout, stderr } = await run(["report", "--stack", ...PERIOD, "--json"], { env });

  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "29 queries, 290 MB scanned, about $0.00145\n",
  });
  expect(JSON.parse(stdout)).toMatchObject({
    archive: "s3://archive",
    period: { from: "2026-03-02", to: "2026-03-02" },
    hours: [],
    seals: [{ source: "acme", days: 0 }],
  });
});

it("counts logins by country with --stack, from the file that is named", async () => {
  const { environment: env } = await deployed(athena({ ip_address: "81.2.69.142", logins: "3" }));
  const args = ["report", "--stack", ...PERIOD, "--json", "--countries", "included"];
  const { code, stdout } = await run(args, { env });

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ countries: [["GB", 3]] });
});

it("refuses files for the rules with --stack, which does not run them", async () => {
  const { code, stderr } = await run(["report", "--stack", "--threat-list", "list.txt"]);

  expect(code).toBe(2);
  expect(stderr).toBe(
    "audit-lake: --threat-list cannot be combined with --stack: the alerts are those that the stack kept, with the files of its configuration\n",
  );
});

it.each([true, false])("says that look-ups of addresses failed, with JSON %s", async (isJson) => {
  const option = isJson ? ["--json"] : ["--output", join(archive, "page.html")];
  const failed = { database: "countries", count: 3, error: new Error("damaged") } as const;
  vi.spyOn(AddressContext.prototype, "takeFailures").mockReturnValueOnce([failed]);
  vi.spyOn(console, "log").mockReturnValue();
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const command = new Command();
  defineReportCommand(command);
  const args = ["--archive", archive, ...PERIOD, "--countries", "included", ...option];
  await command.parseAsync(args, { from: "user" });

  expect(written).toHaveBeenCalledWith(
    "audit-lake: --countries: 3 look-ups failed, whose facts are missing (damaged); download the file again\n",
  );
});
