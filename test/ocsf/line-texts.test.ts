import { expect, it } from "vitest";
import { lineTexts } from "../../lib/ocsf/line-texts.ts";

it("gives each line once, in order, of any length and in any script", () => {
  const lines = ["", "a", "ä€😀", "x".repeat(200_000), "é".repeat(70_000), ..."many"].flatMap(
    (line) => Array.from({ length: 3 }, (_, at) => `${line}${at}`),
  );

  expect([...lineTexts(Buffer.from(`${lines.join("\n")}\n\n`))]).toEqual([...lines, ""]);
});

it("gives nothing of nothing", () => {
  expect([...lineTexts(Buffer.of())]).toEqual([]);
});
