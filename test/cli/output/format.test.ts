import { expect, it } from "vitest";
import { limitList } from "../../../cli/output/format.ts";

it.each([
  [
    ["a", "b"],
    ["a", "b"],
  ],
  [
    ["a", "b", "c"],
    ["a", "b", "c"],
  ],
  [
    ["a", "b", "c", "d"],
    ["a", "b", "and 2 more"],
  ],
])("limits %j to two, or one more in the place of the note", (items, shown) => {
  expect(limitList(items, 2)).toEqual(shown);
});
