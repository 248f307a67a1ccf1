import { describe, expect, it } from "vitest";
import { displayWidth } from "../../../cli/output/display-width.ts";
import { renderResult, takeHead } from "../../../cli/output/result-table.ts";

function rows(columns: string[], ...cells: (string | number | null)[][]) {
  async function* batches() {
    for (const row of cells) yield [row];
  }
  return { columns, types: columns.map(() => "VARCHAR"), batches: batches() };
}

it("shows control characters and counts its rows", async () => {
  const head = await takeHead(rows(["cell"], ["x\u001b\u202ey"], ["b"], ["c"]), 2);
  const table = renderResult(head);
  expect(table).toContain("x\\u001b\\u202ey");
  expect(table).toMatch(/3 rows; 1 row not shown$/);
});

describe("in a terminal", () => {
  const wide = () =>
    takeHead(
      rows(["who", "from", "client"], ["ada", "192.0.2.1", "x".repeat(70)], ["cy", null, "y\n"]),
      10,
    );

  it("is a table where it fits", async () => {
    expect(renderResult(await wide(), 120)).toMatch(/^┌/);
  });

  it.each([60, 80])("is records where it does not fit into %i columns", async (width) => {
    const lines = renderResult(await wide(), width).split("\n");
    expect(lines[0]).toBe("── row 1 ".padEnd(width, "─"));
    expect(lines).toContain("from    192.0.2.1");
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines.join("").replaceAll(" ", "")).toContain("x".repeat(70));
    expect(lines.slice(-3)).toEqual(["who     cy", "client  y\\u000a", "2 rows"]);
  });

  it.each([60, 80])("counts the columns of wide characters: %i", async (width) => {
    const name = "会議録🙂é";
    const head = await takeHead(rows(["名前", "file"], [name, name.repeat(20)], ["b", "c"]), 10);
    const records = renderResult(head, width).split("\n");
    expect(Math.max(...records.map(displayWidth))).toBeLessThanOrEqual(width);
    expect(records).toContain(`名前  ${name}`);
    expect(records.join("").replace(/[ ─]/g, "")).toContain(name.repeat(20));

    const table = renderResult({ ...head, rows: [[name, name.repeat(2)]] }, width).split("\n");
    expect(table[0]).toMatch(/^┌/);
    expect(new Set(table.slice(0, -1).map(displayWidth)).size).toBe(1);
  });
});
