import { rm } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Organization } from "../../fake-slack/organization.ts";
import { writeDayColumns } from "../../lib/columns/write-day-columns.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";
import { sealDays } from "../../test/seal/sealed-archive.ts";
import { daysFrom, fillDays, textOf } from "./fill.ts";
import { deployLake, type Lake, SOURCE } from "./lake.ts";
import { sameRows } from "./same-rows.ts";

const DAYS = daysFrom("2026-02-23", 10);
/** The others stay lines; two more days are sealed. */
const IN_COLUMNS = DAYS.slice(0, 5);

let lake: Lake;
let local: LakeDatabase;

beforeAll(async () => {
  const directory = await fillDays(new Organization({ entriesPerWeek: 10_000, users: 150 }), DAYS);
  const store = new DirectoryArchiveStore(directory);
  await sealDays(store, SOURCE, DAYS.slice(0, 7));
  lake = await deployLake("saved_queries", store);
  local = await openLake(directory);
  return async () => {
    local.close();
    await rm(directory, { recursive: true });
  };
});

describe("the template's tables on Trino", () => {
  it("has tables and views, without a statement having been run", async () => {
    const { rows } = await lake.trino.query(
      "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = current_schema ORDER BY 1",
    );
    expect(rows).toEqual([
      ["address_context", "VIEW"],
      ["address_lines", "BASE TABLE"],
      ["alert_lines", "BASE TABLE"],
      ["alerts", "VIEW"],
      ["archive_hours", "VIEW"],
      ["audit_log_lines", "BASE TABLE"],
      ["audit_logs", "VIEW"],
      ["audit_logs_masked", "VIEW"],
      ["audit_logs_ocsf", "VIEW"],
      ["manifest_lines", "BASE TABLE"],
    ]);
  });

  it("reads only the partitions that a query names", async () => {
    const all = await lake.trino.query(
      `SELECT count(line) FROM audit_log_lines WHERE dt BETWEEN '${DAYS.at(0)}' AND '${DAYS.at(-1)}'`,
    );
    const day = await lake.trino.query(
      `SELECT count(line) FROM audit_log_lines WHERE dt = '${DAYS[3]}' AND hour = 9`,
    );
    expect(day.cost.readBytes).toBeGreaterThan(0);
    expect(day.cost.readBytes).toBeLessThan(all.cost.readBytes / 20);
  });
});

describe.each(["from lines", "from columns and lines"])("saved queries %s", (from) => {
  beforeAll(async () => {
    if (from === "from lines") return;
    // The second time it finds all there.
    for (let times = 0; times < 2; times++) {
      for (const day of IN_COLUMNS) {
        const { isNew } = await writeDayColumns(lake.store, lake.columns, SOURCE, day);
        expect(isNew).toBe(times === 0);
      }
    }
    await lake.columns.write(SOURCE, IN_COLUMNS[0] ?? "");
  });

  it.each([...SAVED_QUERIES.values()])("$name has DuckDB's rows", async (query) => {
    const sql = textOf(query, DAYS);
    const expected = await local.query(sql);
    const found = await lake.trino.query(sql);
    expect(found.columns).toEqual(expected.columns);
    expect(sameRows(found.rows)).toEqual(sameRows(expected.rows));
  });

  it("every column of every entry is DuckDB's", async () => {
    const sql = `SELECT * FROM audit_logs WHERE dt BETWEEN '${DAYS[4]}' AND '${DAYS[5]}' ORDER BY id`;
    const expected = await local.query(sql);
    expect(expected.rows.length).toBeGreaterThan(1000);
    expect(sameRows((await lake.trino.query(sql)).rows)).toEqual(sameRows(expected.rows));
  });
});
