import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const DIRECTORY = fileURLToPath(new URL("../../docs/adr", import.meta.url));
const FILE_NAME = /^\d{4}-[a-z0-9-]+\.md$/;

const decisions = globSync("[0-9]*.md", { cwd: DIRECTORY })
  .toSorted()
  .map((file) => ({
    file,
    title: /^# (.+)$/m.exec(readFileSync(`${DIRECTORY}/${file}`, "utf8"))?.[1] ?? "",
  }));

it("docs/adr/README.md lists every decision", async () => {
  // After a new decision: npm run docs
  await expect(`# Decisions

Each page records one decision that someone would otherwise undo: what was decided, why, and what it costs.

${decisions.map(({ file, title }) => `- [${title.replace(/^(\d+)\. /, "ADR $1: ")}](${file})`).join("\n")}
`).toMatchFileSnapshot("../../docs/adr/README.md");
});

it("numbers the decisions in their names and titles, each number once", () => {
  const numbers = decisions.map(({ file }) => Number(file.slice(0, 4)));

  expect(new Set(numbers).size).toBe(numbers.length);
  for (const { file, title } of decisions) {
    expect(basename(file)).toMatch(FILE_NAME);
    expect(title).toMatch(new RegExp(`^${Number(file.slice(0, 4))}\\. `));
  }
});
