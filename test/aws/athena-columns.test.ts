import { beforeEach, describe, expect, it } from "vitest";
import { tableMarkKey } from "../../lib/archive/columns-key.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { AthenaColumns } from "../../lib/aws/athena-columns.ts";
import { readSealedLines } from "../../lib/columns/sealed-lines.ts";
import { ColumnsError, writeDayColumns } from "../../lib/columns/write-day-columns.ts";
import { encodeManifest, parseManifest } from "../../lib/seal/manifest.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { fillArchive, sealDays } from "../seal/sealed-archive.ts";

const DAYS = ["2026-03-01", "2026-03-02", "2026-03-03"] as const;
const [FIRST, SECOND] = DAYS;
const ENTRIES = 6;

let archive: MemoryArchiveStore;
let executed: string[];
/** What the table has of a day: entries, those that differ, digest. */
let described: [number, number, string];
let digest: string;
/** The statement at which Athena fails, counted from 1. */
let failsAt: number | undefined;

beforeEach(async () => {
  archive = new MemoryArchiveStore();
  await fillArchive(archive, "grid", DAYS);
  await sealDays(archive, "grid", [FIRST, SECOND]);
  executed = [];
  const key = manifestKey("grid", FIRST);
  ({ digest } = await readSealedLines(archive, parseManifest(key, await archive.get(key))));
  described = [ENTRIES, 0, digest.toUpperCase()];
  failsAt = undefined;
});

const statements = {
  execute: async (statement: string) => {
    executed.push(statement);
    if (executed.length === failsAt) throw new Error("Athena is down");
  },
  query: async () => ({
    columns: ["entries", "differing", "digest"],
    types: [],
    rows: [described],
  }),
};

const columns = () => new AthenaColumns(archive, "archive", statements);

const compact = (day: string) => writeDayColumns(archive, columns(), "grid", day);

/** Its digest is another. */
async function compactSecond(): Promise<void> {
  const key = manifestKey("grid", SECOND);
  described[2] = (
    await readSealedLines(archive, parseManifest(key, await archive.get(key)))
  ).digest;
  await compact(SECOND);
}

const words = () => executed.map((statement) => statement.split(/\s/, 2).join(" "));

describe("a sealed day", () => {
  it("is merged, counted and marked before the view serves it from columns", async () => {
    expect(await compact(FIRST)).toEqual({ source: "grid", day: FIRST, entries: 6, isNew: true });
    expect(words()).toEqual(["CREATE TABLE", "MERGE INTO", "CREATE OR"]);
    expect(executed[2]).toContain(`dt BETWEEN '${FIRST}' AND '${FIRST}'`);
    expect(
      JSON.parse(Buffer.from(await archive.get(tableMarkKey("grid", FIRST, 1))).toString()),
    ).toMatchObject({ source: "grid", day: FIRST, entries: ENTRIES, digest });
  });

  it("joins those that were compacted before, of any organization", async () => {
    await compact(FIRST);
    archive.objects.set(tableMarkKey("acme", "2026-02-01", 1), Buffer.from("{}"));
    archive.objects.set(manifestKey("acme", "2026-02-01"), Buffer.from("{}"));
    await compactSecond();
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
    ["too few entries", { 0: 5 }, "they have 5 entries, not 6"],
    ["entries twice", { 0: 12 }, "they have 12 entries, not 6"],
    ["another text", { 2: "0".repeat(64) }, "the text of their lines is another"],
    ["another e-mail address", { 1: 1 }, "1 rows say something else than their lines"],
  ])("is left to its lines when the table has %s", async (_, change, problem) => {
    Object.assign(described, change);
    await expect(compact(FIRST)).rejects.toThrow(ColumnsError);
    await expect(compact(FIRST)).rejects.toThrow(problem);
    expect(executed.at(-1)).toMatch(/^CREATE OR REPLACE VIEW/);
    expect(executed.at(-1)).not.toContain(FIRST);
    expect([...archive.objects.keys()].filter((key) => key.startsWith("compact/"))).toEqual([]);
  });
});

describe("a day that was sealed again", () => {
  beforeEach(async () => {
    await compact(FIRST);
    const first = await archive.get(manifestKey("grid", FIRST));
    const manifest = { ...parseManifest(manifestKey("grid", FIRST), first), revision: 2 };
    archive.objects.set(manifestKey("grid", FIRST, 2), encodeManifest(manifest));
  });

  it("goes into the table again, and is served from there", async () => {
    expect(await columns().missingDays("grid")).toEqual([FIRST, SECOND]);
    expect(await compact(FIRST)).toMatchObject({ isNew: true });
    expect(executed.at(-1)).toContain(FIRST);
    expect(await columns().missingDays("grid")).toEqual([SECOND]);
  });

  it("is served from its lines when the table does not hold what was added", async () => {
    described[2] = "0".repeat(64);
    await expect(compact(FIRST)).rejects.toThrow(ColumnsError);
    expect(executed.at(-1)).toMatch(/^CREATE OR REPLACE VIEW/);
    expect(executed.at(-1)).not.toContain(FIRST);
  });
});

describe("a day that version 0.1 has marked", () => {
  beforeEach(() => {
    archive.objects.set(`compact/days/source=grid/dt=${FIRST}.json`, Buffer.from("{}"));
  });

  it("is compared, and served from its lines until then", async () => {
    expect(await columns().missingDays("grid")).toEqual([FIRST, SECOND]);
    await compactSecond();
    expect(executed.at(-1)).not.toContain(FIRST);
    described[2] = digest;
    expect(await compact(FIRST)).toMatchObject({ isNew: true });
    expect(executed.at(-1)).toContain(FIRST);
  });
});

it("a day of which an object was changed since it was sealed is left to its lines", async () => {
  const key = [...archive.objects.keys()].find((key) => key.startsWith("audit_logs/")) ?? "";
  archive.objects.set(key, Buffer.from("changed"));
  await expect(compact(FIRST)).rejects.toThrow(`${key} is not what was sealed`);
  expect(executed).toEqual([]);
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
