import { describe, expect, it } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { run } from "./audit-lake.ts";
import { withoutPackages } from "./without-packages.ts";

/** What only some commands need, and what none needs for its help. */
const LIBRARIES = [
  ...["@duckdb/node-api", "@aws-sdk/client-athena", "@aws-sdk/client-cloudformation"],
  ...["undici", "cli-progress", "cli-table3", "@inquirer/password", "@inquirer/confirm"],
];

describe("the command line", () => {
  it.each([["--version"], ["--help"], ["help"]])("loads no command for %s", async (arg) => {
    const { code, stdout, stderr } = await run([arg], { env: withoutPackages(...LIBRARIES) });

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(arg === "--version" ? /^\d+\.\d+\.\d+\n$/ : /^Usage: audit-lake/);
  });

  it("shows every command by its present name only", async () => {
    const help = (await createProgram([])).helpInformation();

    expect([...help.matchAll(/^ {2}(\w[\w-]*) {2,}\w/gm)].map(([, name]) => name)).toEqual([
      ...["ingest", "backfill", "import", "query", "status", "token", "cat", "detect", "seal"],
      ...["verify", "columns", "demo"],
    ]);
  });

  it.each([
    ["close-day", "seal"],
    ["compact", "columns"],
  ])("knows %s as the former name of %s", async (former, present) => {
    const args = ["--archive", "/nowhere"];
    const before = await run([former, ...args]);
    const now = await run([present, ...args]);

    expect(now).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no archive at /nowhere"),
    });
    expect(before).toEqual({
      ...now,
      stderr: `audit-lake: ${former} is deprecated and goes away in the next release: use ${present}\n${now.stderr}`,
    });
  });

  it("shows the help of a command that is asked for as help COMMAND", async () => {
    const { code, stdout } = await run(["help", "seal"]);

    expect(code).toBe(0);
    expect(stdout).toContain("--seal-delay <duration>");
    expect(stdout).not.toContain("--close-delay");
  });
});
