import { describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../fake-slack/entries.ts";
import type { LookUpAddress } from "../../lib/local/address-columns.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";
import { makeDirectory, writeArchive } from "../sql/open-lake-of.ts";

const lookUpAddress: LookUpAddress = (address) =>
  address.startsWith("192.0.2.")
    ? { country: "DE", network: "Office", isKnownNetwork: true }
    : { isKnownNetwork: false };

async function query(sql: string, options = { lookUpAddress }) {
  const directory = await makeDirectory();
  await writeArchive(directory, [
    makeEntry({ dateCreate: MONDAY_MORNING, context: { ip_address: "192.0.2.1" } }),
    makeEntry({ dateCreate: MONDAY_MORNING + 1, context: { ip_address: "203.0.113.1" } }),
    makeEntry({ dateCreate: MONDAY_MORNING + 2, context: { ip_address: null } }),
  ]);
  using lake = await openLake(directory, options);
  const { columns, rows } = await lake.query(sql);
  return { columns, rows };
}

describe("an archive that is opened with what is known of addresses", () => {
  it("has it in the view of entries", async () => {
    const sql =
      "SELECT country, is_known_network, count(*) AS n FROM audit_logs GROUP BY 1, 2 ORDER BY 1, 2";
    expect((await query(sql)).rows).toEqual([
      ["DE", true, 1],
      [null, false, 1],
      [null, null, 1],
    ]);
  });

  it("has it behind a result with ip_address, in the order of the result", async () => {
    const sql = "SELECT date_create, ip_address FROM audit_logs ORDER BY date_create DESC;";
    expect(await query(sql)).toEqual({
      columns: ["date_create", "ip_address", "country", "network", "is_known_network"],
      rows: [
        [MONDAY_MORNING + 2, null, null, null, null],
        [MONDAY_MORNING + 1, "203.0.113.1", null, null, false],
        [MONDAY_MORNING, "192.0.2.1", "DE", "Office", true],
      ],
    });
  });

  it("has it behind a saved query", async () => {
    const sql = SAVED_QUERIES.get("logins")?.sql({ from_day: "2026-03-02", to_day: "2026-03-02" });
    const { columns, rows } = await query(sql ?? "");
    expect(columns.slice(-3)).toEqual(["country", "network", "is_known_network"]);
    expect(rows.map((row) => row.at(-3)).toSorted()).toEqual(["DE", null, null]);
  });

  it("has all columns of entries, and then these", async () => {
    const { columns, rows } = await query("SELECT * FROM audit_logs");
    expect(columns.slice(-3)).toEqual(["country", "network", "is_known_network"]);
    expect(rows).toHaveLength(3);
  });

  it.each([
    ["SELECT action FROM audit_logs LIMIT 1", ["action"]],
    ["SELECT ip_address, 'x' AS country FROM audit_logs LIMIT 1", ["ip_address", "country"]],
    ["SELECT ip_address FROM audit_logs LIMIT 1 -- end", undefined],
    ["SELECT ip_address FROM audit_logs LIMIT 1; -- end", undefined],
    ["SELECT ip_address FROM audit_logs LIMIT 1;;", undefined],
  ])("leaves others as they are: %s", async (sql, columns) => {
    const expected = columns ?? ["ip_address", "country", "network", "is_known_network"];
    expect((await query(sql)).columns).toEqual(expected);
  });
});

it("an error names the line of the query as it was written", async () => {
  const sql = "\nSELECT ip_address,\n  CAST(action AS integer) FROM audit_logs";
  await expect(query(sql)).rejects.toThrow(/ \(line 3\)$/);
});

it("an archive that is opened without it has no such columns", async () => {
  const { columns } = await query("SELECT * FROM audit_logs", {} as never);
  expect(columns).not.toContain("country");
});
