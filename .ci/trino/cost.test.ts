import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatBytes, formatCount } from "../../cli/output/format.ts";
import { renderTable } from "../../cli/output/table.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { writeDayColumns } from "../../lib/columns/write-day-columns.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";
import { sealDays } from "../../test/seal/sealed-archive.ts";
import { daysFrom, fillDays, textOf } from "./fill.ts";
import { deployLake, type Lake, SOURCE } from "./lake.ts";
import type { Cost } from "./trino.ts";

const DAYS = daysFrom("2026-02-23", 7);
const CPU_RATIO_MAX = 3;

/** These read eight fields or more of almost every entry. */
const CPU_RATIO_MAX_OF = new Map([
  ["activity-after-deactivation", 5],
  ["stolen-sessions", 5],
]);

let lake: Lake;
const costs = new Map<string, { lines: Cost; columns?: Cost }>();

beforeAll(async () => {
  const directory = await fillDays(new Organization({ entriesPerWeek: 150_000 }), DAYS);
  const store = new DirectoryArchiveStore(directory);
  await sealDays(store, SOURCE, DAYS);
  lake = await deployLake("cost", store);
  await rm(directory, { recursive: true });
  for (let times = 0; times < 3; times++) await costOf("logins");
  costs.set("logins", { lines: await costOf("logins") });
});

afterAll(() => {
  const logins = costs.get("logins")?.lines.cpuMs ?? Number.NaN;
  process.stdout.write(
    `${renderTable(
      ["query", "CPU ms", "of logins", "lines", "columns", "ratio", "memory"],
      [...costs].map(([name, { lines, columns }]) => [
        name,
        formatCount(lines.cpuMs),
        (lines.cpuMs / logins).toFixed(2),
        formatBytes(lines.readBytes),
        formatBytes(columns?.readBytes ?? 0),
        ((columns?.readBytes ?? 0) / lines.readBytes).toFixed(2),
        formatBytes(lines.peakMemoryBytes),
      ]),
      { isNumeric: [false, true, true, true, true, true, true] },
    )}\n`,
  );
});

async function costOf(name: string): Promise<Cost> {
  const query = SAVED_QUERIES.get(name);
  if (query === undefined) throw new Error(name);
  return (await lake.trino.query(textOf(query, DAYS))).cost;
}

describe("from lines", () => {
  it.each([...SAVED_QUERIES.keys()])(
    "%s takes a few times the CPU of logins at most",
    async (name) => {
      await costOf(name);
      const cost = await costOf(name);
      costs.set(name, { lines: cost });
      const max = CPU_RATIO_MAX_OF.get(name) ?? CPU_RATIO_MAX;
      expect(cost.cpuMs).toBeLessThan(max * (costs.get("logins")?.lines.cpuMs ?? 0));
    },
  );
});

describe("from columns", () => {
  beforeAll(async () => {
    for (const day of DAYS) await writeDayColumns(lake.store, lake.columns, SOURCE, day);
  });

  it.each([...SAVED_QUERIES.keys()])("%s is measured", async (name) => {
    const columns = await costOf(name);
    costs.set(name, { ...(costs.get(name) as { lines: Cost }), columns });
    expect(columns.readBytes).toBeGreaterThan(0);
  });
});
