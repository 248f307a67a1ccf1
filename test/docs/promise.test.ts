import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, it } from "vitest";
import { FILES, SOURCES } from "../architecture/sources.ts";

const design = FILES.find((path) => basename(path) === "design.md") ?? "";
const invariants = [...readFileSync(design, "utf8").matchAll(/^\| (I\d+) \|/gm)].map(
  ([, invariant]) => invariant ?? "",
);

it("the promise has seven invariants", () => {
  expect(invariants).toEqual(["I1", "I2", "I3", "I4", "I5", "I6", "I7"]);
});

it.each(invariants)("%s is cited by the name of a test that proves it", (invariant) => {
  const names = [...SOURCES]
    .filter(([path]) => path.endsWith(".test.ts"))
    .flatMap(([, text]) => text.match(/["'`](I\d(, I\d)*): /g) ?? []);

  expect(names).toContainEqual(expect.stringContaining(invariant));
});

it("no test cites an invariant that the promise does not have", () => {
  const cited = [...SOURCES].flatMap(([path, text]) =>
    path.endsWith(".test.ts")
      ? [...text.matchAll(/["'`](I\d(?:, I\d)*): /g)].flatMap(([, list = ""]) => list.split(", "))
      : [],
  );

  expect([...new Set(cited)].toSorted()).toEqual(invariants);
});
