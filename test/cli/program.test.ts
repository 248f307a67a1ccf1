import type { Command } from "commander";
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
    expect(stdout).toMatch(
      arg === "--version" ? /^\d+\.\d+\.\d+\n$/ : /^Usage: audit-lake.*\nExit codes:\n/s,
    );
  });

  it("shows every command by its present name only", async () => {
    const help = (await createProgram([])).helpInformation();

    expect([...help.matchAll(/^ {2}(\w[\w-]*) {2,}\w/gm)].map(([, name]) => name)).toEqual([
      ...["ingest", "backfill", "import", "query", "sql", "status", "doctor", "token", "cat"],
      ...["ocsf", "detect", "watch", "report", "seal", "verify"],
      ...["columns", "demo", "completion"],
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

  it.each([
    ...["ingest", "backfill", "import", "query", "status", "token set", "cat", "detect", "seal"],
    ...["verify", "columns", "demo", "completion"],
  ])("shows the examples of %s, and no option of the former names", async (name) => {
    const help = await helpOf(name);

    expect(help).toContain(`\n  audit-lake ${name}`);
    expect(help).not.toMatch(/--(to|since|athena|close-delay|days)\b/);
    expect(help).not.toMatch(/\((default|preset): [{[]/);
  });

  it.each([
    ["sea", ["seal\treconcile a day"]],
    ["seal --da", ["--day\t"]],
    ["query log", ["login-after-failures\t", "logins\t"]],
  ])("completes %s at Tab", async (words, completions) => {
    const { code, stdout, stderr } = await run(["complete", "--", ...words.split(" ")]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const completion of completions) expect(stdout).toContain(completion);
  });

  it.each([["bash"], ["zsh"], ["fish"]])(
    "prints a script for %s that asks it at Tab",
    async (shell) => {
      const { code, stdout } = await run(["completion", shell]);

      expect(code).toBe(0);
      expect(stdout).toContain("audit-lake complete --");
    },
  );

  it("refuses an unknown command in one line", async () => {
    const { code, stderr } = await run(["statsu"]);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^audit-lake: unknown command 'statsu'.*status.*\n$/s);
  });

  it("shows the help of a command that is asked for as help COMMAND", async () => {
    const { code, stdout } = await run(["help", "seal"]);

    expect(code).toBe(0);
    expect(stdout).toContain("--seal-delay <duration>");
  });
});

/** @param name - with that of the subcommand, if it has some */
async function helpOf(name: string): Promise<string> {
  const names = name.split(" ");
  let command: Command = await createProgram(names);
  for (const name of names) {
    const found = command.commands.find((subcommand) => subcommand.name() === name);
    if (found === undefined) throw new Error(`there is no command ${name}`);
    command = found;
  }
  let help = "";
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}
