import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FILES } from "../architecture/sources.ts";

const page = readFileSync(new URL("../../CONTRIBUTING.md", import.meta.url), "utf8");
const { scripts } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { scripts: Record<string, string> };

const section = (title: string) =>
  page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? "";

describe("CONTRIBUTING.md", () => {
  it("answers at least ten questions, each with one file", () => {
    const questions = section("Where is …?")
      .split("\n")
      .filter((line) => line.includes("? |"));

    expect(questions.length).toBeGreaterThanOrEqual(10);
    for (const question of questions) {
      expect(question).toMatch(/^\| [A-Z].+\? \| `[^`]+\.ts` \|$/);
    }
  });

  it("names only files and folders that exist", () => {
    const named = [...page.matchAll(/`((?:[\w.-]+\/)+[\w.-]*|[\w-]+\.ts)`/g)].map(
      ([, path]) => path ?? "",
    );

    expect(named.length).toBeGreaterThan(20);
    for (const path of named) {
      expect(
        FILES.some((file) => file === path || file.startsWith(`${path}/`)),
        path,
      ).toBe(true);
    }
  });

  it("has every folder of code on the map", () => {
    const folders = new Set(
      FILES.filter((path) => path.endsWith(".ts") && !path.startsWith(".")).map(
        (path) => /^(lib\/[^/]+|(?!lib\/)[^/]+)\//.exec(path)?.[1],
      ),
    );

    for (const folder of folders) {
      if (folder !== undefined) expect(section("Map"), folder).toContain(`\`${folder}\``);
    }
  });

  it("names only npm scripts that exist", () => {
    for (const [, name = ""] of page.matchAll(/npm run ([\w:-]+)/g)) {
      expect(scripts, name).toHaveProperty([name]);
    }
  });
});
