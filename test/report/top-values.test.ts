import { expect, it } from "vitest";
import type { ReportData } from "../../lib/report/report-data.ts";
import { topsOf } from "../../lib/report/sections/section.ts";
import { summarize } from "../../lib/report/summarize.ts";

it("counts no value and an empty text apart", async () => {
  async function* batches() {
    yield [[null], [""], ["a"], [null], ["null"]];
  }
  const statement = { name: "q", sql: "", command: "", reading: { tops: ["who"] } };
  const rows = { columns: ["who"], types: ["VARCHAR"], batches: batches() };
  const query = await summarize(statement, rows);

  expect(query.tops.who).toEqual([
    [null, 2],
    ["", 1],
    ["a", 1],
    ["null", 1],
  ]);
  const data = { queries: { q: query } } as unknown as ReportData;
  expect(topsOf(data, "q", "who", "nobody").map(([name]) => name)).toEqual([
    ...["nobody", '""', "a", "null"],
  ]);
});
