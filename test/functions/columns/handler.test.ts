import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { MONDAY_MORNING } from "../../../fake-slack/entries.ts";
import { manifestKey } from "../../../lib/archive/sealed-day.ts";
import { S3ArchiveStore } from "../../../lib/aws/s3-archive-store.ts";
import { readSealedLines } from "../../../lib/columns/sealed-lines.ts";
import { parseManifest } from "../../../lib/seal/manifest.ts";
import { systemClock } from "../../../lib/slack/clock.ts";
import { COLUMNS_METRICS } from "../../../lib/stack/metrics.ts";
import { fillArchive, sealDays } from "../../seal/sealed-archive.ts";
import { SourceTestBed } from "../source-bed.ts";

const DAYS = ["2026-02-28", "2026-03-01"] as const;
const [FIRST, SECOND] = DAYS;
const ENTRIES = 6;
const athena = mockClient(AthenaClient);

let bed: SourceTestBed;
let archive: S3ArchiveStore;
let compact: Parameters<SourceTestBed["call"]>[0];

beforeAll(async () => {
  bed = await SourceTestBed.start(MONDAY_MORNING * 1000, {
    DATABASE: "slack_audit_lake",
    WORKGROUP: "slack-audit-lake",
  });
  compact = (await import("../../../functions/columns/handler.ts")).handler as never;
  bed.prepare();
  archive = new S3ArchiveStore(new S3Client({}), "archive");
  await fillArchive(archive, "grid", DAYS);
  await sealDays(archive, "grid", DAYS);
});

afterAll(() => bed.stop());

beforeEach(() => {
  bed.prepare();
  vi.spyOn(systemClock, "sleep").mockImplementation(async (ms) => bed.advance(ms));
  athena.reset();
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: "query" });
  athena
    .on(GetQueryExecutionCommand)
    .resolves({ QueryExecution: { Status: { State: "SUCCEEDED" } } });
});

/** The compact table has so many entries of the day, with the text that was sealed. */
async function described(entries: number, day: string): Promise<void> {
  const key = manifestKey("grid", day);
  const { digest } = await readSealedLines(archive, parseManifest(key, await archive.get(key)));
  const row = (...values: string[]) => ({ Data: values.map((VarCharValue) => ({ VarCharValue })) });
  athena.on(GetQueryResultsCommand).resolves({
    ResultSet: {
      ResultSetMetadata: {
        ColumnInfo: ["entries", "differing", "digest"].map((Name) => ({ Name, Type: "varchar" })),
      },
      Rows: [row("entries", "differing", "digest"), row(String(entries), "0", digest)],
    },
  });
}

const statements = () =>
  athena
    .commandCalls(StartQueryExecutionCommand)
    .map(({ args: [{ input }] }) => input.QueryString?.split(/\s/, 2).join(" "));

describe("the function that compacts", () => {
  it("plans the sealed days", async () => {
    expect(await bed.call(compact, { op: "plan" })).toEqual({ days: DAYS });
  });

  it("puts a day into the compact table, in the stack's workgroup and database", async () => {
    await described(ENTRIES, FIRST);

    expect(await bed.call(compact, { op: "compact", day: FIRST })).toMatchObject({
      next: "done",
      entries: ENTRIES,
    });
    expect(statements()).toEqual(["CREATE TABLE", "MERGE INTO", "WITH checked", "CREATE OR"]);
    expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toMatchObject({
      WorkGroup: "slack-audit-lake",
      QueryExecutionContext: { Database: "slack_audit_lake" },
    });
    expect(bed.metric(COLUMNS_METRICS.written)).toEqual([1]);
    expect(await bed.call(compact, { op: "plan" })).toEqual({ days: [SECOND] });
  });

  it("counts a day that is not what was sealed, and goes on", async () => {
    await described(ENTRIES - 1, SECOND);

    expect(await bed.call(compact, { op: "compact", day: SECOND })).toMatchObject({
      next: "done",
    });
    expect(bed.metric(COLUMNS_METRICS.notWritten)).toEqual([1]);
    expect(bed.output.join("\n")).toContain("run verify");
  });

  it("fails when Athena does, so that it is called again", async () => {
    athena.on(GetQueryExecutionCommand).resolves({
      QueryExecution: { Status: { State: "FAILED", StateChangeReason: "EXCEEDED_LIMIT" } },
    });

    await expect(bed.call(compact, { op: "compact", day: SECOND })).rejects.toThrow(
      "EXCEEDED_LIMIT",
    );
  });
});
