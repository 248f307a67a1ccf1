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

/** Of 77,000 entries each: a day in columns is a file of 12 MB, of which an engine reads parts. */
const DAYS = daysFrom("2026-02-24", 2);
const ENTRIES_PER_WEEK = 400_000;

/** Of the CPU that `logins` takes, which reads one field of most entries. */
const CPU_RATIO_MAX = 3;

/** What these read of almost every entry, one field after the other; nothing less answers them. */
const READ_BY = new Map([
  [
    "activity-after-deactivation",
    ["action", "actor_id", "actor_email", "ip_address", "user_agent", "session_id", "event_time"],
  ],
  [
    "stolen-sessions",
    ["action", "actor_id", "actor_email", "ip_address", "user_agent", "session_id", "event_time"],
  ],
  ["new-fields", ["action", "details", "entity", "context", "event_time", "id"]],
]);

/** Of the CPU that it takes to read those fields and do nothing with them. */
const READING_RATIO_MAX = 2;

/** Those that search whole entries, and show most of their columns. */
const BYTES_RATIO_MAX_OF = new Map([
  ["address-trail", 1.4],
  ["user-trail", 1.4],
]);

let lake: Lake;
/** Somebody of whom there are entries. */
let person: string;
const costs = new Map<string, { lines: Cost; columns?: Cost }>();

beforeAll(async () => {
  const directory = await fillDays(new Organization({ entriesPerWeek: ENTRIES_PER_WEEK }), DAYS);
  const store = new DirectoryArchiveStore(directory);
  await sealDays(store, SOURCE, DAYS);
  lake = await deployLake("cost", store);
  await rm(directory, { recursive: true });
  for (let times = 0; times < 3; times++) await costOf("logins");
  costs.set("logins", { lines: await costOf("logins") });
  const { rows } = await lake.trino.query(
    `SELECT max(actor_email) FROM audit_logs WHERE dt = '${DAYS[0]}' AND action = 'user_login'`,
  );
  person = String(rows[0]?.[0]);
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
  return (await lake.trino.query(textOf(query, DAYS, { person }))).cost;
}

async function costOfReading(columns: readonly string[]): Promise<Cost> {
  const counts = columns.map((column) => `count(${column})`);
  const { cost } = await lake.trino.query(
    `SELECT ${counts} FROM audit_logs WHERE dt BETWEEN '${DAYS[0]}' AND '${DAYS.at(-1)}'`,
  );
  return cost;
}

describe("from lines", () => {
  it.each([...SAVED_QUERIES.keys()])(
    "%s takes a few times the CPU of logins at most",
    async (name) => {
      await costOf(name);
      const cost = await costOf(name);
      if (name !== "logins") costs.set(name, { lines: cost });
      const logins = costs.get("logins")?.lines.cpuMs ?? 0;
      const columns = READ_BY.get(name);
      const reading = columns === undefined ? 0 : (await costOfReading(columns)).cpuMs;
      expect(cost.cpuMs).toBeLessThan(
        Math.max(CPU_RATIO_MAX * logins, READING_RATIO_MAX * reading),
      );
    },
  );
});

describe("from columns", () => {
  beforeAll(async () => {
    for (const day of DAYS) await writeDayColumns(lake.store, lake.columns, SOURCE, day);
  });

  it.each([...SAVED_QUERIES.keys()])("%s reads fewer bytes than from lines", async (name) => {
    const columns = await costOf(name);
    const { lines } = costs.get(name) as { lines: Cost };
    costs.set(name, { lines, columns });
    expect(columns.readBytes).toBeGreaterThan(0);
    expect(columns.readBytes).toBeLessThan((BYTES_RATIO_MAX_OF.get(name) ?? 1) * lines.readBytes);
  });
});
