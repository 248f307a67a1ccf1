import { expect, it } from "vitest";
import { createDatabase } from "../../lib/local/duckdb.ts";
import {
  ADDRESS_CONTEXT_SQL,
  ADDRESS_LINES,
  addressContextView,
  addressLinesKey,
} from "../../lib/sql/address-context.ts";
import { trinoProblems } from "./trino-grammar.ts";

it("has one row an address, source and day, whatever was written how often", async () => {
  const database = await createDatabase();
  const connection = await database.connect();
  const rows = [
    ['{"address":"8.8.8.8","country":"US","is_known_network":false}', "grid", "2026-03-02"],
    [
      '{"address":"8.8.8.8","country":"US","network":"DNS","is_known_network":true}',
      "grid",
      "2026-03-02",
    ],
    ['{"address":"8.8.8.8"}', "grid", "2026-03-03"],
    ['{"address":"8.8.8.8","country":"US"}', "gov", "2026-03-02"],
  ];
  const values = rows.map((row) => `(${row.map((text) => `'${text}'`).join(", ")})`);
  await connection.run(
    `CREATE TEMP VIEW ${ADDRESS_LINES.name} AS SELECT * FROM (VALUES ${values.join(", ")}) t(line, source, dt)`,
  );
  const result = await connection.runAndReadAll(`${ADDRESS_CONTEXT_SQL} ORDER BY source, dt`);
  connection.closeSync();
  database.closeSync();

  expect(result.columnNames()).toEqual(
    addressContextView("lake").storageDescriptor.columns.map(({ name }) => name),
  );
  expect(result.getRowsJson()).toEqual([
    ["8.8.8.8", "US", null, null, "gov", "2026-03-02"],
    ["8.8.8.8", "US", "DNS", true, "grid", "2026-03-02"],
    ["8.8.8.8", null, null, null, "grid", "2026-03-03"],
  ]);
});

it("is Trino's SQL", () => {
  expect(trinoProblems(ADDRESS_CONTEXT_SQL)).toEqual([]);
});

it("finds an object's addresses in the partition of their day", () => {
  const minDateCreate = Date.UTC(2026, 2, 2, 9) / 1000;
  const name = { source: "grid", minDateCreate, maxDateCreate: minDateCreate, hash: "0123abcd" };
  expect(addressLinesKey(name)).toBe(
    "address_context/source=grid/dt=2026-03-02/1772442000-0123abcd.json",
  );
});
