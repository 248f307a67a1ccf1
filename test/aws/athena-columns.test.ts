import { beforeEach, describe, expect, it } from "vitest";
import { tableMarkKey } from "../../lib/archive/columns-key.ts";
import { AthenaColumns } from "../../lib/aws/athena-columns.ts";
import { verifyColumns } from "../../lib/columns/verify-columns.ts";
import { COMPACT_TABLE } from "../../lib/sql/table.ts";
import { AthenaEngine } from "../fakes/athena-engine.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { fillArchive, sealDays } from "../seal/sealed-archive.ts";

const DAY = "2026-03-01";
const MARK = { source: "grid", day: DAY, table: "table-1", revision: 1, entries: 6 };

let archive: MemoryArchiveStore;
let engine: AthenaEngine;
let columns: AthenaColumns;

beforeEach(async () => {
  archive = new MemoryArchiveStore();
  engine = new AthenaEngine(() => archive.objects);
  await fillArchive(archive, "grid", [DAY]);
  await sealDays(archive, "grid", [DAY]);
  columns = new AthenaColumns(archive, {
    execute: async () => {},
    query: async (sql) => {
      const { columns, rows } = await engine.run(sql);
      return { columns: columns.map(({ Name }) => Name), types: [], rows };
    },
  });
  await engine.run(`CREATE TABLE IF NOT EXISTS ${COMPACT_TABLE} (\nLOCATION 's3://c/table-1/'`);
  await engine.run(`MERGE INTO ${COMPACT_TABLE} source = 'grid' AND dt = '${DAY}'`);
});

describe("days in Athena's table", () => {
  it.each([
    ["of this table", MARK, [DAY]],
    ["of another table", { ...MARK, table: "table-0" }, []],
    ["of other rows", { ...MARK, entries: 5 }, []],
    ["of an older revision", { ...MARK, revision: 2 }, []],
  ])("are those with a mark %s", async (_, mark, days) => {
    archive.objects.set(tableMarkKey(mark), Buffer.from("{}"));
    expect(await columns.days("grid")).toEqual(days);
  });

  it("are compared with the lines, each named by where its marks are", async () => {
    archive.objects.set(tableMarkKey(MARK), Buffer.from("{}"));
    const compared = verifyColumns(archive, columns, { source: "grid" });
    expect((await compared.next()).value).toEqual({
      day: DAY,
      key: `compact/days/source=grid/dt=${DAY}/`,
      problem: undefined,
    });
    expect((await compared.next()).done).toBe(true);
  });
});
