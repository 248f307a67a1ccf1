import { beforeEach, describe, expect, it } from "vitest";
import { tableMarkKey } from "../../lib/archive/columns-key.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { AthenaColumns } from "../../lib/aws/athena-columns.ts";
import { encodeMark } from "../../lib/columns/columns-mark.ts";
import { readSealedLines } from "../../lib/columns/sealed-lines.ts";
import { verifyColumns } from "../../lib/columns/verify-columns.ts";
import { parseManifest } from "../../lib/seal/manifest.ts";
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

  it("are compared with the lines, and their marks with what was sealed", async () => {
    const { sealed } = await readDay();
    const bytes = encodeMark({ source: "grid", day: DAY, ...sealed });
    archive.objects.set(tableMarkKey(MARK), bytes);
    // Of another table: it counts for nothing here, and says the same.
    archive.objects.set(tableMarkKey({ ...MARK, table: "table-0" }), Buffer.from("{}"));
    const verified = await problems();
    expect(verified).toEqual([
      {
        day: DAY,
        problems: [
          {
            key: tableMarkKey({ ...MARK, table: "table-0" }),
            problem: "it was changed since it was written",
          },
        ],
      },
    ]);
  });

  it("are named by where their marks are", async () => {
    const { sealed } = await readDay();
    archive.objects.set(tableMarkKey(MARK), encodeMark({ source: "grid", day: DAY, ...sealed }));
    const day = engine.tables.get(COMPACT_TABLE)?.days.get(`grid ${DAY}`) ?? [];
    day.splice(0, 1, { hour: 9, id: "other", line: Buffer.from("another line") });
    const verified = await problems();
    expect(verified).toEqual([
      {
        day: DAY,
        problems: [
          {
            key: `compact/days/source=grid/dt=${DAY}/`,
            problem: "the text of their lines is another",
          },
        ],
      },
    ]);
  });
});

async function problems() {
  const found: unknown[] = [];
  for await (const result of verifyColumns(archive, columns, { source: "grid" }))
    found.push(result);
  return found;
}

async function readDay() {
  const key = manifestKey("grid", DAY);
  const manifest = parseManifest(key, await archive.get(key));
  return { sealed: await readSealedLines(archive, manifest) };
}
