import { beforeEach, describe, expect, it } from "vitest";
import { AthenaColumns } from "../../lib/aws/athena-columns.ts";
import { ColumnsError, writeDayColumns } from "../../lib/columns/write-day-columns.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { fillArchive, sealDays } from "../seal/sealed-archive.ts";

const DAYS = ["2026-03-01", "2026-03-02", "2026-03-03"] as const;
const [FIRST, SECOND] = DAYS;
const ENTRIES = 6;

let archive: MemoryArchiveStore;
let executed: string[];
let counted: number[];
/** The statement at which Athena fails, counted from 1. */
let failsAt: number | undefined;

beforeEach(async () => {
  archive = new MemoryArchiveStore();
  await fillArchive(archive, "grid", DAYS);
  await sealDays(archive, "grid", [FIRST, SECOND]);
  executed = [];
  counted = [ENTRIES, ENTRIES];
  failsAt = undefined;
});

const statements = {
  execute: async (statement: string) => {
    executed.push(statement);
    if (executed.length === failsAt) throw new Error("Athena is down");
  },
  query: async () => ({ columns: ["entries", "ids"], types: [], rows: [counted] }),
};

const columns = () => new AthenaColumns(archive, "archive", statements);

const compact = (day: string) => writeDayColumns(archive, columns(), "grid", day);

const words = () => executed.map((statement) => statement.split(/\s/, 2).join(" "));

describe("a sealed day", () => {
  it("is merged, counted and marked before the view serves it from columns", async () => {
    expect(await compact(FIRST)).toEqual({ source: "grid", day: FIRST, entries: 6, isNew: true });
    expect(words()).toEqual(["CREATE TABLE", "MERGE INTO", "CREATE OR"]);
    expect(executed[2]).toContain(`dt BETWEEN '${FIRST}' AND '${FIRST}'`);
    expect(archive.objects.has(`compact/days/source=grid/dt=${FIRST}.json`)).toBe(true);
  });

  it("joins those that were compacted before, of any organization", async () => {
    await compact(FIRST);
    archive.objects.set("compact/days/source=acme/dt=2026-02-01.json", Buffer.from("{}"));
    await compact(SECOND);
    expect(executed.at(-1)).toContain(`dt BETWEEN '${FIRST}' AND '${SECOND}'`);
    expect(executed.at(-1)).toContain(
      "source = 'acme' AND dt BETWEEN '2026-02-01' AND '2026-02-01'",
    );
  });

  it("is not merged again, but the view is made once more", async () => {
    await compact(FIRST);
    executed = [];
    expect(await compact(FIRST)).toMatchObject({ isNew: false });
    expect(words()).toEqual(["CREATE OR"]);
  });

  it.each([1, 2, 3])("is compacted by the next call when statement %i failed", async (at) => {
    failsAt = at;
    await expect(compact(FIRST)).rejects.toThrow("Athena is down");
    failsAt = undefined;
    executed = [];
    await compact(FIRST);
    expect(words().at(-1)).toBe("CREATE OR");
    expect(executed.at(-1)).toContain(FIRST);
  });

  it.each([
    ["too few entries", [5, 5]],
    ["an id twice", [6, 5]],
    ["entries twice", [12, 6]],
  ])("is left to its lines when the table has %s", async (_, count) => {
    counted = count;
    await expect(compact(FIRST)).rejects.toThrow(ColumnsError);
    expect(words()).not.toContain("CREATE OR");
    expect([...archive.objects.keys()].filter((key) => key.startsWith("compact/"))).toEqual([]);
  });
});

it("a day that is not sealed is not compacted", async () => {
  await expect(compact(DAYS[2])).rejects.toThrow('2026-03-03 of "grid" is not sealed');
  expect(executed).toEqual([]);
});

describe("the days to compact", () => {
  it("are those that are sealed and not in the compact table, oldest first", async () => {
    expect(await columns().missingDays("grid")).toEqual([FIRST, SECOND]);
    await compact(FIRST);
    expect(await columns().missingDays("grid")).toEqual([SECOND]);
  });
});
