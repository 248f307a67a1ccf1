import { expect, it } from "vitest";
import { renderStatusLines } from "../../../cli/output/status-lines.ts";
import { renderTable } from "../../../cli/output/table.ts";

const HEAD = ["action", "count"];
const ROWS = [
  ["user_login", "12"],
  ["a_very_long_action_name_that_nobody_wants_to_read_in_full", "3"],
];

it("shows each cell in full where there is room", () => {
  const table = renderTable(HEAD, ROWS);
  for (const cell of [...HEAD, ...ROWS.flat()]) expect(table).toContain(cell);
});

it.each([30, 40, 60])("fits a terminal of %i columns by cutting the widest cells", (width) => {
  const lines = renderTable(HEAD, ROWS, { widthMax: width }).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBe(width);
  expect(lines.join("\n")).toContain("…");
  expect(lines.join("\n")).toContain("user_login");
});

it("aligns numbers at the right", () => {
  expect(renderTable(HEAD, ROWS, { isNumeric: [false, true] })).toContain("│    12 │");
});

it("shows control characters instead of sending them to the terminal", () => {
  const hostile = "Mozilla\u001b[2J\u009b\u007f\nfake line";
  for (const text of [renderTable(["ua"], [[hostile]]), renderStatusLines([["ua", hostile]])]) {
    expect(text).toContain("Mozilla\\u001b[2J\\u009b\\u007f\\u000afake line");
  }
});
