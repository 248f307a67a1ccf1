import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseConfig } from "../../infra/config/parse.ts";
import { readSettings, type Setting } from "./read-settings.ts";

const SMALLEST = { archiveStartsOn: "2026-01-01", sources: [{ name: "grid" }] };

const settings = readSettings(
  readFileSync(new URL("../../infra/config/config.ts", import.meta.url), "utf8"),
  "AuditLakeConfig",
);

it("docs/reference/configuration.md lists every setting", async () => {
  // After a change of the configuration: npm run docs
  await expect(`# Configuration

Every setting of \`audit-lake.config.ts\`. \`SlackAuditLake\`, the CDK construct, takes the same ones, except \`stackName\`, \`environment\`, \`tags\` and \`permissionsBoundaryArn\`, which belong to the stack.

A duration is a number and \`s\`, \`m\`, \`h\` or \`d\`, such as \`"90s"\`; a size is a number and \`MB\`, \`GB\` or \`TB\`. Days and times are UTC. An invalid value ends the synthesis with one line that names the setting and what is allowed.

| setting | takes | meaning |
| --- | --- | --- |
${settings
  .filter(({ type, description }) => type !== "" || description !== "")
  .map(toRow)
  .join("\n")}
`).toMatchFileSnapshot("../../docs/reference/configuration.md");
});

it("lists what a configuration ends up with", () => {
  const listed = new Set(settings.map(({ path }) => path));

  expect(pathsOf(parseConfig(SMALLEST, "a test")).filter((path) => !listed.has(path))).toEqual([]);
  expect(listed.size).toBeGreaterThan(50);
});

const DEFAULTS = settings.flatMap(({ path, description }) => {
  const [, value] = /Default: ("[^"]+"|true|false)\./.exec(description) ?? [];
  return value === undefined ? [] : [[path, JSON.parse(value)] as const];
});

it.each(DEFAULTS)("states the default of %s", (path, value) => {
  expect(parseConfig(withValue(SMALLEST, path, value), "a test")).toEqual(
    parseConfig(SMALLEST, "a test"),
  );
});

it("states a default more often than not", () => {
  expect(DEFAULTS.length).toBeGreaterThan(15);
});

function toRow({ path, required, type, description }: Setting): string {
  const meaning = [required && type !== "" ? "**Required.**" : "", description];
  return `| \`${path}\` | ${toWords(type)} | ${meaning.filter((text) => text !== "").join(" ")} |`;
}

/** A type in the words of a table cell, where `|` ends the cell. */
function toWords(type: string): string {
  const words: Record<string, string> = {
    BytesText: "a size",
    DurationText: "a duration",
    RuleOverrides: 'rule ids, each with a severity or `"off"`',
    "Record<string, string>": "keys and values",
    boolean: "`true` or `false`",
    string: "text",
    "string[]": "a list of text",
  };
  return type
    .split(" | ")
    .map((part) => words[part] ?? (part === "" ? "" : `\`${part}\``))
    .join(" or ");
}

/** Paths of all values, written as the page writes them: `sources[].name`. */
function pathsOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) {
    return value.length === 0 ? [path] : value.flatMap((item) => pathsOf(item, `${path}[]`));
  }
  if (value === null || typeof value !== "object" || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, item]) =>
    pathsOf(item, path === "" ? key : `${path}.${key}`),
  );
}

/** The configuration with one more value; `[]` in a path is the first of a list. */
function withValue(config: object, path: string, value: unknown): object {
  const copy = structuredClone(config) as Record<string, unknown>;
  const keys = path.replaceAll("[]", ".0").split(".");
  const last = keys.pop() ?? "";
  let place = copy;
  for (const key of keys) {
    place[key] ??= {};
    place = place[key] as Record<string, unknown>;
  }
  place[last] = value;
  return copy;
}
