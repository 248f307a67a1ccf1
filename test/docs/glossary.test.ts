import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/reference/glossary.md", import.meta.url), "utf8");
const terms = [...page.matchAll(/^\*\*([^*]+)\*\*/gm)].map(([, term = ""]) => term);

it("lists its terms in alphabetical order, each once", () => {
  expect(terms.length).toBeGreaterThan(0);
  expect(terms).toEqual([...new Set(terms)].toSorted((a, b) => a.localeCompare(b, "en")));
});

it("explains every term in the line that names it", () => {
  for (const term of terms) {
    expect(page).toMatch(new RegExp(`^\\*\\*${term}\\*\\*(?: \\*\\(Slack\\)\\*)?: .+\\.$`, "m"));
  }
});
