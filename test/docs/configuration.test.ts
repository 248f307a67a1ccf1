import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { parseConfig } from "../../infra/config/config.ts";
import { readSettings, type Setting } from "./read-settings.ts";

const DIRECTORY = fileURLToPath(new URL("../../infra/config", import.meta.url));

const source = globSync("*.ts", { cwd: DIRECTORY })
  .toSorted()
  .map((file) => readFileSync(`${DIRECTORY}/${file}`, "utf8"))
  .join("\n");
const settings = readSettings(source, "schema");
const config: Record<string, unknown> = parseConfig(
  { archiveStartsOn: "2026-01-01", sources: [{ name: "grid" }] },
  "a test",
);

it("docs/reference/configuration.md lists every setting", async () => {
  // After a change of the configuration: npm run docs
  await expect(`# Configuration

Every setting of \`audit-lake.config.ts\`, with what it accepts. A duration is a number and \`s\`, \`m\`, \`h\` or \`d\`; a size is a number and \`MB\`, \`GB\` or \`TB\`. An invalid value ends the synthesis with one line that names the setting and what is allowed.

${settings.map(toSection).join("\n\n")}
`).toMatchFileSnapshot("../../docs/reference/configuration.md");
});

it("knows each setting that a configuration ends up with", () => {
  const documented = new Set(settings.map(({ path }) => path));

  expect(pathsOf(config).filter((path) => !documented.has(path))).toEqual([]);
  expect(documented.size).toBeGreaterThan(30);
});

it("says something about each setting that has no settings of its own", () => {
  const isGroup = ({ path }: Setting) =>
    settings.some(
      (other) => other.path.startsWith(`${path}.`) || other.path.startsWith(`${path}[]`),
    );

  expect(
    settings
      .filter(
        (setting) => !isGroup(setting) && setting.description === "" && setting.allowed === "",
      )
      .map(({ path }) => path),
  ).toEqual([]);
});

function toSection({ path, description, allowed, standard }: Setting): string {
  return [
    `### \`${path}\``,
    description,
    [
      allowed === "" ? "" : `Accepts ${allowed}.`,
      standard === ""
        ? ""
        : `Default: ${/^`[A-Z_]+`$/.test(standard) ? `\`${JSON.stringify(config[path])}\`` : standard}.`,
    ]
      .filter((line) => line !== "")
      .join(" "),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Paths of all values, written as the page writes them: `sources[].name`. */
function pathsOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${path}[]`));
  if (value === null || typeof value !== "object") return path.endsWith("[]") ? [] : [path];
  return Object.entries(value).flatMap(([key, item]) =>
    pathsOf(item, path === "" ? key : `${path}.${key}`),
  );
}
