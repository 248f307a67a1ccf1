import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { filesReachedFrom, importsIn } from "./check-imports.ts";
import { LONG_FILES } from "./long-files.ts";
import { FILES, SOURCES } from "./sources.ts";
import { TESTED_ELSEWHERE } from "./tested-elsewhere.ts";

const LINES_MAX = 300;

/** Names that tools or habit demand, and names of Python's modules and Java's classes. */
const OTHER_NAMES =
  /^(README|CHANGELOG|CONTRIBUTING|LICENSE|SECURITY|[A-Z_]+\.md|\w+\.py|[A-Z]\w*\.java|CODEOWNERS|Dockerfile.*)/;

/** Files that a former version wrote, named as an archive names them. */
const WRITTEN = /^test\/fixtures\/archive-[\d.]+\/(archive|slack)\//;

describe("files", () => {
  it(`have at most ${LINES_MAX} lines, or a reason`, () => {
    const long = [...SOURCES].filter(([, text]) => text.split("\n").length - 1 > LINES_MAX);

    expect(long.map(([path]) => path)).toEqual(Object.keys(LONG_FILES).toSorted());
  });

  it("have names in kebab-case", () => {
    const names = FILES.filter((path) => !WRITTEN.test(path)).map((path) => basename(path));

    expect(
      names.filter((name) => !/^[.a-z0-9]+(-[.a-z0-9]+)*$/.test(name) && !OTHER_NAMES.test(name)),
    ).toEqual([]);
  });
});

describe("the test of a lib file", () => {
  const imports = importsIn(SOURCES);
  const sources = FILES.filter((path) => /^lib\/.*\.ts$/.test(path));

  it.each(sources.filter((path) => hasCode(path)))("%s", (path) => {
    const samePath = path.replace(/^lib\//, "test/").replace(/\.ts$/, ".test.ts");
    const elsewhere = TESTED_ELSEWHERE[path] ?? TESTED_ELSEWHERE[dirname(path)];

    if (existsSync(samePath)) {
      expect(elsewhere, "has a test at the same path, and needs no note").toBeUndefined();
    } else {
      expect(elsewhere, `is neither ${samePath} nor in tested-elsewhere.ts`).toBeDefined();
      expect([...filesReachedFrom(elsewhere ?? "", imports)], `${elsewhere} imports`).toContain(
        path,
      );
    }
  });

  it.each(Object.entries(TESTED_ELSEWHERE))("%s is in %s, which exists", (path, test) => {
    expect(sources.some((source) => source === path || dirname(source) === path)).toBe(true);
    expect(FILES).toContain(test);
    expect(test).toMatch(/\.test\.ts$/);
  });
});

/** Whether a file has more than types and re-exports. */
function hasCode(path: string): boolean {
  return parseSync(path, SOURCES.get(path) ?? "").program.body.some((statement) => {
    switch (statement.type) {
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
        return false;
      case "ExportNamedDeclaration":
        return statement.exportKind !== "type" && statement.source === null;
      default:
        return true;
    }
  });
}
