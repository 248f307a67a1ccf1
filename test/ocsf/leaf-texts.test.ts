import { expect, it } from "vitest";
import { fromByteText, toByteTexts } from "../../lib/ocsf/byte-text.ts";
import { leafTexts } from "../../lib/ocsf/leaf-texts.ts";

it("names paths that are alike apart", () => {
  const leaves = leafTexts({ "a.b": 1, a: { b: "two", c: {} }, __proto__: 3, d: null });

  expect([...leaves]).toEqual([
    ["a.b", "1"],
    ["a.b (2)", "two"],
    ["a.c", "{}"],
    ["d", "null"],
  ]);
});

it("has names and texts that UTF-8 can hold, and names apart that become alike", () => {
  const texts = toByteTexts({ "x\ud800": "\ud83d", "x\udc00": { y: "😀" }, "x\udfff": 1 });
  const leaves = leafTexts(texts);

  expect(Array.from(leaves, (pair) => pair.map((text) => fromByteText(text as string)))).toEqual([
    ["x\ufffd", "\ufffd"],
    ["x\ufffd.y", "😀"],
    ["x\ufffd (2)", "1"],
  ]);
});

it("has any number of paths, long ones too", () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `${i}`.repeat(i % 50 === 0 ? 100 : 1));
  const leaves = leafTexts({ a: Object.fromEntries(names.map((name) => [name, name])) });

  expect(leaves.size).toBe(new Set(names).size);
  for (const name of names) expect(leaves.get(`a.${name}`)).toBe(name);
});
