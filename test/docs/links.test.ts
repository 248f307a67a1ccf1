import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SKIPPED = ["**/node_modules/**", ".git/**", "dist/**", "cdk.out/**", "archive/**"];

const pages = globSync(["*.md", "{docs,.github,packages,test}/**/*.md"], {
  cwd: ROOT,
  exclude: SKIPPED,
});
const sources = globSync(
  ["*.{json,ts}", "{bench,cli,fake-slack,functions,infra,lib,test,.github,.ci}/**/*"],
  { cwd: ROOT, exclude: SKIPPED },
).filter((path) => statSync(join(ROOT, path)).isFile());

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Code is not rendered as links. */
function withoutCode(markdown: string): string {
  return markdown.replace(/^ *```[\s\S]*?^ *```/gm, "").replace(/`[^`\n]*`/g, "code");
}

/**
 * Relative targets of links, in order.
 *
 * @param markdown - the text of a page
 */
function relativeLinks(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub gives to the headings of a page. */
function anchors(markdown: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading = ""] of markdown
    .replace(/^ *```[\s\S]*?^ *```/gm, "")
    .matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/\]\([^)]*\)/g, "")
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let count = 1; found.has(anchor); count += 1) anchor = `${slug}-${count}`;
    found.add(anchor);
  }
  return found;
}

/** @returns what is wrong with each link that leads nowhere */
function brokenLinks(page: string, markdown: string): string[] {
  return relativeLinks(markdown).flatMap((target) => {
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (path !== "" && !existsSync(join(ROOT, file))) return [`${target}: no such file`];
    if (anchor === undefined) return [];
    const text = path === "" ? markdown : read(file);
    return anchors(text).has(anchor) ? [] : [`${target}: no such heading`];
  });
}

describe("links in Markdown", () => {
  it.each(pages)("%s links to files and headings that exist", (page) => {
    expect(brokenLinks(page, read(page))).toEqual([]);
  });

  it("finds a missing file and a missing heading", () => {
    const text =
      "# A title\n\n[a](#a-title) [b](#b) [c](../README.md) [d](e.md) [f](https://f.example)";

    expect(brokenLinks("docs/page.md", text)).toEqual([
      "#b: no such heading",
      "e.md: no such file",
    ]);
  });

  it("has no page under docs/ that nothing links to", () => {
    const linked = new Set(
      pages.flatMap((page) =>
        relativeLinks(read(page)).map((target) =>
          relative(ROOT, join(ROOT, dirname(page), target.split("#")[0] ?? "")),
        ),
      ),
    );

    expect(pages.filter((page) => page.startsWith("docs/") && !linked.has(page))).toEqual([]);
  });
});

describe("pages named in code", () => {
  it("exist", () => {
    const missing = sources.flatMap((source) =>
      [...read(source).matchAll(/\bdocs\/[\w/-]+\.md\b/g)]
        .map(([page]) => page)
        .filter((page) => !existsSync(join(ROOT, page)) && !source.endsWith("links.test.ts"))
        .map((page) => `${source} names ${page}`),
    );

    expect(missing).toEqual([]);
  });
});
