import { expect, it } from "vitest";
import { describeMissingDependency } from "../../cli/optional-dependency.ts";
import packageJson from "../../package.json" with { type: "json" };
import { run } from "./audit-lake.ts";
import { emptyArchive } from "./empty-archive.ts";
import { withoutPackages } from "./without-packages.ts";

const { dependencies } = packageJson;
const DUCKDB = "@duckdb/node-api";
const SDK = Object.keys(dependencies).filter((name) => /^@(aws-sdk|smithy)\//.test(name));

const withVersion = (name: string) => `${name}@${dependencies[name as keyof typeof dependencies]}`;

it.each([
  ["query", ["SELECT 1"]],
  ["columns", ["--day", "2026-05-01"]],
  ["demo", []],
])("%s names DuckDB where it is missing", async (command, args) => {
  const directory = await emptyArchive();
  const ended = await run([command, "--archive", directory, ...args], {
    env: withoutPackages(DUCKDB),
  });

  expect(ended).toEqual({
    code: 2,
    stdout: "",
    stderr: `audit-lake: \`audit-lake ${command}\` needs ${DUCKDB}: npm install ${withVersion(DUCKDB)}\n`,
  });
});

it.each([
  ["status", ["--stack"]],
  ["query", ["SELECT 1", "--stack"]],
  ["backfill", ["--stack", "--cancel"]],
  ["verify", ["--stack"]],
  ["token", ["set"]],
])("%s names all of the AWS SDK where it is missing", async (command, args) => {
  const ended = await run([command, ...args], { env: withoutPackages(...SDK) });

  expect(ended).toEqual({
    code: 2,
    stdout: "",
    stderr: `audit-lake: \`audit-lake ${command}\` needs the AWS SDK: npm install ${SDK.map(withVersion).join(" ")}\n`,
  });
});

it("report names Observable Plot where it is missing", async () => {
  const directory = await emptyArchive();
  const ended = await run(["report", "--archive", directory], {
    env: withoutPackages("@observablehq/plot", "linkedom"),
  });

  // After the line that says that the archive has no entries.
  expect(ended).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(
      `\naudit-lake: \`audit-lake report\` needs Observable Plot: npm install ${["@observablehq/plot", "linkedom"].map(withVersion).join(" ")}\n$`,
    ),
  });
});

it("lets commands for a directory run without either", async () => {
  const directory = await emptyArchive();
  const env = withoutPackages(DUCKDB, ...SDK);
  const inArchive = ["--archive", directory];
  for (const [code, args] of [
    [0, ["status", ...inArchive]],
    [1, ["cat", ...inArchive]], // as grep without a match
    [0, ["detect", ...inArchive]],
    [0, ["query", "--list"]],
  ] as const) {
    const ended = await run([...args], { env });
    expect(ended.code, `${args.join(" ")}: ${ended.stderr}`).toBe(code);
    expect(ended.stderr).not.toContain("npm install");
  }
});

it.each([
  new Error("Cannot find package 'undici' imported from /here.js"),
  Object.assign(new Error("Cannot find package 'undici' imported from /here.js"), {
    code: "ERR_MODULE_NOT_FOUND",
  }),
  Object.assign(new Error("Cannot find module '/here.ts' imported from /there.ts"), {
    code: "ERR_MODULE_NOT_FOUND",
  }),
  "text",
])("leaves %s to others", (error) => {
  expect(describeMissingDependency(error, "query")).toBeUndefined();
});
