import { beforeEach, describe, expect, it } from "vitest";
import { parseTableMarkKey, tableMarkKey } from "../../lib/archive/columns-key.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { AthenaColumnsStore } from "../../lib/aws/athena-columns-store.ts";
import { ColumnsError, writeDayColumns } from "../../lib/columns/write-day-columns.ts";
import { encodeManifest, parseManifest } from "../../lib/seal/manifest.ts";
import { auditLogsSql } from "../../lib/sql/audit-logs-view.ts";
import { RANGES_MAX } from "../../lib/sql/columns-days.ts";
import { QueryError } from "../../lib/sql/query-result.ts";
import { COMPACT_TABLE } from "../../lib/sql/table.ts";
import { AthenaEngine } from "../fakes/athena-engine.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { fillArchive, sealDays } from "../seal/sealed-archive.ts";

const DAYS = ["2026-03-01", "2026-03-02", "2026-03-03"] as const;
const [FIRST, SECOND, UNSEALED] = DAYS;
const ENTRIES = 6;

let archive: MemoryArchiveStore;
let engine: AthenaEngine;
/** First words of what was executed. */
let executed: string[];
/** The statement at which Athena fails, counted from 1. */
let failsAt: number | undefined;
/** After each statement: how many entries of each day the view serves. */
let served: number[][];
let tables: number;

beforeEach(async () => {
  archive = new MemoryArchiveStore();
  engine = new AthenaEngine(() => archive.objects);
  await fillArchive(archive, "grid", DAYS);
  await sealDays(archive, "grid", [FIRST, SECOND]);
  executed = [];
  failsAt = undefined;
  served = [];
  tables = 0;
});

const statements = {
  execute: async (statement: string) => {
    executed.push(statement.split(/\s/, 2).join(" "));
    if (executed.length === failsAt) throw new Error("Athena is down");
    await engine.run(statement);
    served.push(
      await Promise.all(DAYS.map(async (day) => (await engine.served("grid", day)).length)),
    );
  },
  query: async (sql: string) => {
    try {
      const { columns, rows } = await engine.run(sql);
      return { columns: columns.map(({ Name }) => Name), types: [], rows };
    } catch (error) {
      throw new QueryError(`Athena refused the query: ${(error as Error).message}`);
    }
  },
};

const columns = () => {
  const newLocation = () => {
    tables += 1;
    return `s3://columns/table-${tables}/`;
  };
  return new AthenaColumnsStore(archive, statements, newLocation);
};
const write = (day: string, source = "grid") => writeDayColumns(archive, columns(), source, day);
const marks = () => [...archive.objects.keys()].filter((key) => key.startsWith("compact/"));
const rowsOf = (day: string) => engine.tables.get(COMPACT_TABLE)?.days.get(`grid ${day}`) ?? [];

/** As `DROP TABLE`, and what a database leaves that is made anew. */
function dropTable(): void {
  engine.tables.delete(COMPACT_TABLE);
}

describe("a sealed day", () => {
  it("is merged, compared and marked before the view serves it from columns", async () => {
    expect(await write(FIRST)).toEqual({ source: "grid", day: FIRST, entries: 6, isNew: true });
    expect(executed).toEqual(["CREATE OR", "CREATE TABLE", "MERGE INTO", "CREATE OR"]);
    expect(engine.view).toBe(auditLogsSql([{ source: "grid", from: FIRST, to: FIRST }]));
    expect(marks().map(parseTableMarkKey)).toEqual([
      { source: "grid", day: FIRST, table: "table-1", revision: 1, entries: ENTRIES },
    ]);
  });

  it("joins those that are whole there, of any organization", async () => {
    await fillArchive(archive, "acme", [FIRST]);
    await sealDays(archive, "acme", [FIRST]);
    await write(FIRST, "acme");
    await write(FIRST);
    await write(SECOND);
    expect(engine.view).toBe(
      auditLogsSql([
        { source: "acme", from: FIRST, to: FIRST },
        { source: "grid", from: FIRST, to: SECOND },
      ]),
    );
  });

  it.each(Array.from({ length: 9 }, (_, i) => i + 1))(
    "is served from there though another organization publishes at statement %i",
    async (at) => {
      await fillArchive(archive, "acme", [FIRST]);
      await sealDays(archive, "acme", [FIRST]);
      const run = engine.run.bind(engine);
      let started = 0;
      engine.run = async (sql) => {
        started += 1;
        if (started === at) await write(FIRST, "acme");
        return run(sql);
      };
      await write(FIRST);

      expect(started).toBeGreaterThan(at);
      expect(await columns().missingDays("acme")).toEqual([]);
      expect(engine.view).toContain(`(source = 'acme' AND dt BETWEEN '${FIRST}' AND '${FIRST}')`);
      expect(engine.view).toContain(`(source = 'grid' AND dt BETWEEN '${FIRST}' AND '${FIRST}')`);
    },
  );

  it("is not merged again, but the view is made once more", async () => {
    await write(FIRST);
    executed = [];
    expect(await write(FIRST)).toMatchObject({ isNew: false });
    expect(executed).toEqual(["CREATE OR"]);
  });

  it.each([1, 2, 3, 4])("is written by the next call when statement %i failed", async (at) => {
    failsAt = at;
    await expect(write(FIRST)).rejects.toThrow("Athena is down");
    failsAt = undefined;
    await write(FIRST);
    expect(engine.view).toContain(FIRST);
    expect(served).toEqual(served.map(() => [ENTRIES, ENTRIES, ENTRIES]));
  });

  it.each([
    ["too few entries", () => rowsOf(FIRST).pop(), "they have 5 entries, not 6"],
    [
      "another text",
      () => rowsOf(FIRST).splice(0, 1, { hour: 9, id: `${FIRST}-9-1`, line: Buffer.from("x") }),
      "the text of their lines is another",
    ],
    [
      "another e-mail address",
      () => Object.assign(engine, { differing: 1 }),
      "1 rows say something else than their lines",
    ],
  ])("is left to its lines when the table has %s", async (_, change, problem) => {
    const run = engine.run.bind(engine);
    engine.run = async (sql) => {
      const rows = await run(sql);
      if (sql.startsWith("MERGE")) change();
      return rows;
    };
    await expect(write(FIRST)).rejects.toThrow(ColumnsError);
    await expect(write(FIRST)).rejects.toThrow(problem);
    expect(engine.view).toBe(auditLogsSql([]));
    expect(marks()).toEqual([]);
  });

  it("without entries is whole in any table, and is not asked for again", async () => {
    await sealDays(archive, "empty", [FIRST]);
    await write(FIRST, "empty");
    expect(await columns().missingDays("empty")).toEqual([]);
  });
});

describe("when the table is made anew", () => {
  beforeEach(async () => {
    await write(FIRST);
    await write(SECOND);
  });

  it("the marks of the one before count for nothing: the lines serve its days until each is written", async () => {
    dropTable();
    expect(await columns().missingDays("grid")).toEqual([FIRST, SECOND]);
    served = [];
    await write(SECOND);
    expect(engine.view).toBe(auditLogsSql([{ source: "grid", from: SECOND, to: SECOND }]));
    await write(FIRST);
    expect(served).toEqual(served.map(() => [ENTRIES, ENTRIES, ENTRIES]));
    expect(engine.view).toContain(`'${FIRST}' AND '${SECOND}'`);
  });

  it("so do marks of a day that the new one has with another text", async () => {
    dropTable();
    await write(SECOND);
    const row = { hour: 9, id: "x", line: Buffer.from("x") };
    engine.tables.get(COMPACT_TABLE)?.days.set(`grid ${FIRST}`, Array(ENTRIES).fill(row));
    expect(await columns().missingDays("grid")).toEqual([FIRST]);
  });

  it("a day whose rows somebody deleted is served from its lines, and written again", async () => {
    engine.tables.get(COMPACT_TABLE)?.days.delete(`grid ${FIRST}`);
    expect(await columns().missingDays("grid")).toEqual([FIRST]);
    await columns().serve();
    expect(engine.view).toBe(auditLogsSql([{ source: "grid", from: SECOND, to: SECOND }]));
    expect(await write(FIRST)).toMatchObject({ isNew: true });
    expect(await columns().missingDays("grid")).toEqual([]);
  });
});

describe("a stack of version 0.1, whose table is in the archive's bucket", () => {
  beforeEach(async () => {
    const table = "audit_logs_compact";
    const lines = new AthenaEngine(() => archive.objects);
    await lines.run(`CREATE TABLE IF NOT EXISTS ${COMPACT_TABLE} (\nLOCATION 's3://x/'`);
    await lines.run(`MERGE INTO ${COMPACT_TABLE} source = 'grid' AND dt = '${FIRST}'`);
    const days = lines.tables.get(COMPACT_TABLE)?.days ?? new Map();
    engine.tables.set(table, { location: "s3://archive/compact/table/", days });
    engine.view = auditLogsSql([{ source: "grid", from: FIRST, to: FIRST }]).replaceAll(
      COMPACT_TABLE,
      table,
    );
    archive.objects.set(`compact/days/source=grid/dt=${FIRST}.json`, Buffer.from("{}"));
    archive.objects.set(`compact/days/source=grid/dt=${FIRST}/revision=1.json`, Buffer.from("{}"));
  });

  it("moves to the new bucket by itself, and serves each entry once all the time", async () => {
    expect(await engine.served("grid", FIRST)).toHaveLength(ENTRIES);
    expect(await columns().missingDays("grid")).toEqual([FIRST, SECOND]);
    await write(FIRST);
    await write(SECOND);
    expect(served).toEqual(served.map(() => [ENTRIES, ENTRIES, ENTRIES]));
    expect(engine.tables.get(COMPACT_TABLE)?.location).toBe("s3://columns/table-1/");
    expect(engine.view).toBe(auditLogsSql([{ source: "grid", from: FIRST, to: SECOND }]));
  });
});

describe("a day that was sealed again", () => {
  beforeEach(async () => {
    await write(FIRST);
    const first = await archive.get(manifestKey("grid", FIRST));
    const manifest = { ...parseManifest(manifestKey("grid", FIRST), first), revision: 2 };
    archive.objects.set(manifestKey("grid", FIRST, 2), encodeManifest(manifest));
  });

  it("goes into the table again, and is served from there", async () => {
    expect(await columns().missingDays("grid")).toEqual([FIRST, SECOND]);
    expect(await write(FIRST)).toMatchObject({ isNew: true });
    expect(engine.view).toContain(FIRST);
    expect(await columns().missingDays("grid")).toEqual([SECOND]);
  });

  it("is served from its lines when the table does not hold what was added", async () => {
    rowsOf(FIRST).push({ hour: 9, id: "more", line: Buffer.from("more") });
    await expect(write(FIRST)).rejects.toThrow(ColumnsError);
    expect(engine.view).toBe(auditLogsSql([]));
  });
});

it("a view has no more ranges than Athena takes: the longest, and the lines serve the rest", async () => {
  const gaps = RANGES_MAX + 20;
  const dayAt = (index: number) =>
    new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10);
  const rows = [{ hour: 9, id: "x", line: Buffer.from("x") }];
  const days = new Map<string, typeof rows>();
  // Two days and a gap, then one and a gap, and so on.
  for (let index = 0; index < gaps * 3; index += 1) {
    if (index % 6 === 2 || index % 6 >= 4) continue;
    const day = dayAt(index);
    days.set(`grid ${day}`, rows);
    const mark = { source: "grid", day, table: "table-1", revision: 1, entries: 1 };
    archive.objects.set(tableMarkKey(mark), Buffer.from("{}"));
    archive.objects.set(manifestKey("grid", day), Buffer.from("{}"));
  }
  engine.tables.set(COMPACT_TABLE, { location: "s3://columns/table-1/", days });
  await columns().serve();

  const ranges = [...new Set(engine.view.match(/BETWEEN '.{10}' AND '.{10}'/g))];
  expect(ranges).toHaveLength(RANGES_MAX);
  expect(ranges).toEqual(ranges.toSorted());
  const two = ranges.filter((range) => range.slice(9, 19) !== range.slice(26, 36));
  expect(two).toHaveLength(gaps / 2);
  // They are in the table all the same: nothing is to be done about them.
  expect(await columns().missingDays("grid")).toEqual([FIRST, SECOND]);
});

it("a day of which an object was changed since it was sealed is left to its lines", async () => {
  const key = [...archive.objects.keys()].find((key) => key.startsWith("audit_logs/")) ?? "";
  archive.objects.set(key, Buffer.from("changed"));
  await expect(write(FIRST)).rejects.toThrow(`${key} is not what was sealed`);
  expect(executed).toEqual([]);
});

it("a day that is not sealed is not written", async () => {
  await expect(write(UNSEALED)).rejects.toThrow('2026-03-03 of "grid" is not sealed');
  expect(executed).toEqual([]);
});

it("fails when Athena does, instead of taking the table for missing", async () => {
  engine.run = async () => {
    throw new Error("EXCEEDED_LIMIT");
  };
  await expect(write(FIRST)).rejects.toThrow("EXCEEDED_LIMIT");
});
