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

## What a change does

\`npx cdk diff\` shows it before \`npx cdk deploy\` does it. Every change below is a test: \`test/infra/configuration-changes.test.ts\`. Nothing that holds data is deleted unless \`removalPolicy\` is \`"destroy"\`, and what stays behind has no name that a later deployment needs, except a bucket that you named.

| change | what happens |
| --- | --- |
| a source added | Its secret, functions and alarms. Set its token. |
| a source removed | Its runs end, and its lines leave the tables; only its days in columns stay in queries. Entries, checkpoint, secret and functions' logs stay. Added again, it continues at its watermark with a new secret: set the token again. To pause it, set \`enabled: false\`: everything stays. |
| a source renamed | A source removed and another added: the new name begins at \`firstStart\`. |
| \`tokenRotation\` | The secret stays as it is. On: store a rotating token with \`token authorize\`; until then the token that is there is used. Off: nobody refreshes the token any more, so store one that does not rotate. |
| \`kmsKeyArn\` set, changed or removed | New objects are encrypted under the new key, and the stack's own key stays. List the former key in \`previousKeyArns\`. |
| \`archive.bucketName\` set, changed or removed; \`archive.objectLock\` turned on or off | **A new, empty bucket takes the archive's place.** The old one stays, with its name. Runs continue at the watermark, and queries see only what is stored from then on. To lock an archive that exists, enable Object Lock on its bucket in S3 instead. |
| \`archive.objectLock.mode\` or \`.for\` | Applies to new objects. |
| \`archive.existingBucket\` set or removed | As a new bucket: nothing is copied. |
| \`archive.retention\` set | Objects older than that are deleted, and columns are turned off. |
| \`archive.tiers\` | Objects move, at the given age. |
| \`catalog.database\`, or \`catalog.namedAfterStack\` in a stack with a name of its own | A new database takes its place. Sealed days go into its columns anew, the lines serve them until then. Queries and grants that name the old one need the new name. |
| \`catalog.workgroup\`, or the same | A new workgroup, without the history of queries. |
| \`closing.enabled: false\` | No day is sealed. What is sealed stays sealed; on again, it goes on where it was. |
| \`closing.sign\` | From the next manifest on. Turned off, the key stays, so signatures can be checked. Turned on again, there is a new key. |
| \`closing.compact\` | Off: the view reads lines only, the table stays. On: the days that are missing go into columns. |
| \`ocsf.enabled\` | On: a bucket, its tables, and every sealed day as events. Off: function and tables go, the bucket stays. On again, there is a new bucket, which is filled again. |
| \`weeklyReport.enabled\` | On: a function and its schedule. Off: they go; pages that were written expire after \`catalog.resultsRetention\`. |
| \`detection.enabled: false\` | Queues are deleted; the memory of alerts stays. On again, it begins with an empty one. |
| \`alerts.email\` | Each new address confirms once. |
| \`alerts.existingTopic\` | The stack's own topic and its subscriptions are deleted. |
| \`stackName\` | Another stack, beside the first one. |
| \`removalPolicy\` | Applies to what is removed afterwards. Deploy it before \`cdk destroy\`. |
| everything else | Changes in place. |
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
    RuleOverrides: 'rule ids, each with a severity, `"off"` or numbers of its own',
    "readonly Suppression[]": "a list of suppressions",
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
