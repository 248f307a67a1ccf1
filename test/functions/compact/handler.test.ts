import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fillArchive, sealDays } from "../../close/sealed-archive.ts";
import { MONDAY_MORNING } from "../../fakes/entries.ts";
import { MemoryArchiveStore } from "../../fakes/memory-archive-store.ts";
import { SourceWorld } from "../source-world.ts";

const DAY = "2026-03-01";
const athena = mockClient(AthenaClient);

let world: SourceWorld;
let compact: Parameters<SourceWorld["call"]>[0];
let started: string[];

beforeAll(async () => {
  world = await SourceWorld.start(MONDAY_MORNING * 1000, { DATABASE: "lake", WORKGROUP: "lake" });
  compact = (await import("../../../functions/compact/handler.ts")).handler as never;
  const archive = new MemoryArchiveStore();
  await fillArchive(archive, "grid", [DAY]);
  await sealDays(archive, "grid", [DAY]);
  for (const [key, body] of archive.objects) world.objects.set(key, body);
});

afterAll(() => world.stop());

beforeEach(() => {
  world.prepare();
  started = [];
  athena.on(StartQueryExecutionCommand).callsFake(({ QueryString, WorkGroup }) => {
    expect(WorkGroup).toBe("lake");
    started.push(QueryString);
    return { QueryExecutionId: String(started.length) };
  });
  athena
    .on(GetQueryExecutionCommand)
    .resolves({ QueryExecution: { Status: { State: "SUCCEEDED" } } });
  const row = (...texts: string[]) => ({ Data: texts.map((VarCharValue) => ({ VarCharValue })) });
  athena.on(GetQueryResultsCommand).resolves({
    ResultSet: {
      ResultSetMetadata: {
        ColumnInfo: ["entries", "ids"].map((Name) => ({ Name, Type: "bigint" })),
      },
      Rows: [row("entries", "ids"), row("6", "6")],
    },
  });
});

describe("the function that compacts days", () => {
  it("puts a sealed day into the compact table, and changes the view", async () => {
    expect(await world.call(compact, { op: "compact", day: DAY })).toMatchObject({
      next: "done",
      day: DAY,
      entries: 6,
      isNew: true,
    });
    expect(started.map((statement) => statement.split(" ", 1)[0])).toEqual([
      "CREATE",
      "MERGE",
      "SELECT",
      "CREATE",
    ]);
    expect(started[0]).toContain("s3://archive/compact/table/");
    expect(started[3]).toContain(`dt BETWEEN '${DAY}' AND '${DAY}'`);
  });

  it("throws what failed, so that the state machine tries again", async () => {
    await expect(world.call(compact, { op: "compact", day: "2026-03-02" })).rejects.toThrow(
      '2026-03-02 of "grid" is not sealed',
    );
  });

  it.each([{}, { op: "compact" }, { op: "plan" }])("refuses the event %j", async (event) => {
    await expect(world.call(compact, event)).rejects.toThrow();
  });
});
