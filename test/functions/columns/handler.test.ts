import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { MONDAY_MORNING } from "../../../fake-slack/entries.ts";
import { encodeObject } from "../../../lib/archive/archive-object.ts";
import { noteAddendum } from "../../../lib/archive/sealed-day.ts";
import { S3ArchiveStore } from "../../../lib/aws/s3-archive-store.ts";
import { systemClock } from "../../../lib/slack/clock.ts";
import { COMPACT_TABLE } from "../../../lib/sql/table.ts";
import { COLUMNS_METRICS } from "../../../lib/stack/metrics.ts";
import { startOfDay } from "../../../lib/time.ts";
import { fillArchive, sealDays } from "../../seal/sealed-archive.ts";
import { type DeployedFunction, SourceTestBed } from "../source-bed.ts";

const DAYS = ["2026-02-28", "2026-03-01"] as const;
const [FIRST, SECOND] = DAYS;
const ENTRIES = 6;

let bed: SourceTestBed;
let archive: S3ArchiveStore;
let compact: DeployedFunction;

beforeAll(async () => {
  bed = await SourceTestBed.start(MONDAY_MORNING * 1000);
  compact = await bed.load("columns");
  bed.prepare();
  archive = new S3ArchiveStore(new S3Client({ forcePathStyle: true }), bed.bucket);
  await fillArchive(archive, "grid", DAYS);
  await sealDays(archive, "grid", DAYS);
});

afterAll(() => bed.stop());

beforeEach(() => {
  bed.prepare();
  vi.spyOn(systemClock, "sleep").mockImplementation(async (ms) => bed.advance(ms));
});

const statements = () =>
  bed.account.athena.statements.map((statement) => statement.split(/\s/, 2).join(" "));

describe("the function that compacts", () => {
  it("plans the sealed days, one after the other", async () => {
    const before = await bed.call<{ day: string }>(compact, { op: "plan" });
    expect(before).toMatchObject({ day: FIRST });
    expect(await bed.call(compact, { op: "plan", before })).toMatchObject({ day: SECOND });
  });

  it("plans days for hours after sealing has to end, and not into the next execution", async () => {
    expect(await bed.call(compact, bed.planAfterHours(21))).toHaveProperty("day");
    expect(await bed.call(compact, bed.planAfterHours(22))).not.toHaveProperty("day");
  });

  it("puts a day into the columns table, by statements to Athena", async () => {
    bed.account.athena.statements.length = 0;
    expect(await bed.call(compact, { op: "compact", day: FIRST })).toMatchObject({
      next: "done",
      entries: ENTRIES,
    });
    expect(statements()).toEqual([
      ...["SELECT source,", "SELECT source,"], // which days there are; and whether there is a table
      ...["CREATE OR", "CREATE TABLE", "MERGE INTO", "WITH checked"],
      ...["SELECT source,", "SELECT source,", "CREATE OR", "SELECT source,"],
    ]);
    expect(bed.account.engine.view).toContain(`'${FIRST}' AND '${FIRST}'`);
    expect(await bed.account.engine.served("grid", FIRST)).toHaveLength(ENTRIES);
    const table = bed.account.engine.tables.get(COMPACT_TABLE);
    const [bucket] = bed.account.deployment.one("AWS::S3::Bucket", "ArchiveColumns");
    expect(table?.location).toMatch(
      new RegExp(`^s3://${bed.account.deployment.named(bucket).ref}/[0-9a-f-]{36}/$`),
    );
    expect(bed.metric(COLUMNS_METRICS.written)).toEqual([1]);
    expect(await bed.call(compact, { op: "plan" })).toMatchObject({ day: SECOND });
  });

  it("counts a day that is not what was sealed, and goes on", async () => {
    const more = { hour: 9, id: "more", line: Buffer.from("more than was sealed") };
    bed.account.engine.tables.get(COMPACT_TABLE)?.days.set(`grid ${SECOND}`, [more]);

    expect(await bed.call(compact, { op: "compact", day: SECOND })).toMatchObject({
      next: "done",
    });
    expect(bed.metric(COLUMNS_METRICS.notWritten)).toEqual([1]);
    expect(bed.output.join("\n")).toContain("run verify");
  });

  it("leaves a day with an addendum to its next seal, and counts no damage", async () => {
    const entry = { id: "late", dateCreate: startOfDay(SECOND) + 60 };
    const bytes = Buffer.from(JSON.stringify({ id: entry.id, date_create: entry.dateCreate }));
    const { key, body } = await encodeObject("grid", [{ ...entry, bytes }]);
    await noteAddendum(archive, { write: (put) => put() }, "grid", { day: SECOND, revision: 1 });
    await archive.put(key, body);

    expect(await bed.call(compact, { op: "compact", day: SECOND })).toMatchObject({
      next: "done",
      isNew: false,
      awaitsSeal: true,
    });
    expect(bed.metric(COLUMNS_METRICS.notWritten)).toEqual([0]);
  });

  it("fails when Athena does, so that it is called again", async () => {
    bed.account.athena.failure = "EXCEEDED_LIMIT";

    await expect(bed.call(compact, { op: "compact", day: SECOND })).rejects.toThrow(
      "EXCEEDED_LIMIT",
    );
  });
});
