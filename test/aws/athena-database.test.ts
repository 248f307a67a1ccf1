import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { AthenaDatabase, type AthenaProgress } from "../../lib/aws/athena-database.ts";
import { QueryError, type RowStream } from "../../lib/sql/query-result.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const SELECT = "SELECT action, count(*) AS n FROM audit_logs GROUP BY 1";
const athena = mockClient(AthenaClient);
afterAll(() => athena.restore());
let clock: VirtualClock;
let database: AthenaDatabase;

beforeEach(() => {
  athena.reset();
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: "query-1" });
  athena.on(StopQueryExecutionCommand).resolves({});
  clock = new VirtualClock(1_772_442_000_000);
  database = new AthenaDatabase(
    new AthenaClient({ region: "eu-central-1" }),
    { workgroup: "slack-audit-lake", database: "slack_audit_lake" },
    clock,
  );
});

function inStates(...states: { State: string; StateChangeReason?: string }[]): void {
  const steps = athena.on(GetQueryExecutionCommand);
  for (const [i, Status] of states.entries()) {
    const execution = {
      QueryExecution: {
        Status: Status as { State: "RUNNING" },
        Statistics: { DataScannedInBytes: 1000 * i, EngineExecutionTimeInMillis: 500 * i },
      },
    };
    if (i < states.length - 1) steps.resolvesOnce(execution);
    else steps.resolves(execution);
  }
}

const row = (...values: (string | undefined)[]) => ({
  Data: values.map((value) => (value === undefined ? {} : { VarCharValue: value })),
});
const columns = (...types: string[]) => ({
  ColumnInfo: types.map((Type, i) => ({ Name: `c${i}`, Type })),
});

describe("query", () => {
  it("runs in the workgroup, and tells how far it is", async () => {
    inStates({ State: "QUEUED" }, { State: "RUNNING" }, { State: "SUCCEEDED" });
    athena.on(GetQueryResultsCommand).resolves({
      ResultSet: { ResultSetMetadata: columns("varchar", "bigint"), Rows: [row("c0", "c1")] },
    });
    const seen: AthenaProgress[] = [];
    const result = await database.query(SELECT, { onProgress: (progress) => seen.push(progress) });

    expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toMatchObject({
      QueryString: SELECT,
      WorkGroup: "slack-audit-lake",
      QueryExecutionContext: { Database: "slack_audit_lake" },
    });
    expect(seen).toEqual([
      { queryId: "query-1", state: "QUEUED", elapsedMs: 250, scannedBytes: 0 },
      { queryId: "query-1", state: "RUNNING", elapsedMs: 750, scannedBytes: 1000 },
    ]);
    expect(result).toEqual({
      columns: ["c0", "c1"],
      types: ["varchar", "bigint"],
      rows: [],
      queryId: "query-1",
      scannedBytes: 2000,
      engineMs: 1000,
    });
    expect(athena.commandCalls(StopQueryExecutionCommand)).toEqual([]);
  });

  it("reads every page, and takes only the very first row for the names", async () => {
    inStates({ State: "SUCCEEDED" });
    const ResultSetMetadata = columns("varchar");
    const page = (NextToken: string | undefined, value: string) => ({
      NextToken,
      ResultSet: { ResultSetMetadata, Rows: [row("c0"), row(value)] },
    });
    athena.on(GetQueryResultsCommand).resolves(page("2", "a"));
    athena.on(GetQueryResultsCommand, { NextToken: "2" }).resolves(page(undefined, "b"));

    expect((await database.query(SELECT)).rows).toEqual([["a"], ["c0"], ["b"]]);
  });

  it.each([
    ["varchar", "", ""],
    ["varchar", undefined, null],
    ["integer", "-7", -7],
    ["bigint", "9007199254740993", "9007199254740993"],
    ["bigint", undefined, null],
    ["double", "0.5", 0.5],
    ["double", "NaN", "NaN"],
    ["boolean", "true", true],
    ["boolean", "false", false],
    ["decimal", "1.10", "1.10"],
    ["timestamp", "2026-03-02 09:00:00.000", "2026-03-02 09:00:00.000"],
    ["array", "[a, b]", "[a, b]"],
  ])("reads the %s %j as %j", async (type, text, value) => {
    inStates({ State: "SUCCEEDED" });
    athena.on(GetQueryResultsCommand).resolves({
      ResultSet: { ResultSetMetadata: columns(type), Rows: [row("c0"), row(text)] },
    });

    expect((await database.query(SELECT)).rows).toEqual([[value]]);
  });

  it.each([
    [
      "FAILED",
      "SYNTAX_ERROR: line 1:8:\n Column 'actin' cannot be resolved",
      /Athena refused the query: SYNTAX_ERROR: line 1:8: Column 'actin'/,
    ],
    [
      "CANCELLED",
      "Query cancelled! : Bytes scanned limit was exceeded",
      /name fewer days .*bytesScannedCutoff/,
    ],
    ["CANCELLED", "", /^the query was cancelled$/],
  ])("gives one line when it is %s: %s", async (State, StateChangeReason, message) => {
    inStates({ State: "RUNNING" }, { State, StateChangeReason });
    const error = await database.query(SELECT).catch((failure: unknown) => failure);

    expect(error).toBeInstanceOf(QueryError);
    expect((error as QueryError).message).toMatch(message);
    expect((error as QueryError).code).toBe(
      StateChangeReason.startsWith("SYNTAX_ERROR") ? "query_invalid" : "query_failed",
    );
    expect(athena.commandCalls(StopQueryExecutionCommand)).toEqual([]);
  });

  it("stops a query that does not end", async () => {
    inStates({ State: "RUNNING" });

    await expect(database.query(SELECT)).rejects.toThrow(/has not ended in 35 minutes/);
    expect(athena.commandCalls(StopQueryExecutionCommand)[0]?.args[0].input).toEqual({
      QueryExecutionId: "query-1",
    });
  });

  it.each([
    ["starts", () => athena.on(StartQueryExecutionCommand)],
    ["runs", () => athena.on(GetQueryExecutionCommand)],
  ])("stops it when it is aborted while it %s", async (_, step) => {
    inStates({ State: "RUNNING" });
    const controller = new AbortController();
    const reason = new Error("Ctrl-C");
    step().callsFake(() => {
      controller.abort(reason);
      return { QueryExecutionId: "query-1", QueryExecution: { Status: { State: "RUNNING" } } };
    });

    await expect(database.query(SELECT, { signal: controller.signal })).rejects.toBe(reason);
    expect(athena.commandCalls(StopQueryExecutionCommand)).toHaveLength(1);
  });

  it("starts nothing when it is aborted before", async () => {
    const reason = new Error("Ctrl-C");

    await expect(database.query(SELECT, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(athena.calls()).toEqual([]);
  });

  it("stops a query whose state cannot be had", async () => {
    athena.on(GetQueryExecutionCommand).rejects(new Error("no network"));

    await expect(database.query(SELECT)).rejects.toThrow("no network");
    expect(athena.commandCalls(StopQueryExecutionCommand)).toHaveLength(1);
  });

  it.each([
    "DROP TABLE audit_log_lines",
    "INSERT INTO t SELECT 1",
    "CREATE TABLE t AS SELECT 1",
    "-- SELECT\nDROP TABLE t",
    "/* SELECT */ UNLOAD (SELECT 1) TO 's3://elsewhere/'",
    "SELECTED",
    "",
  ])("refuses %j, which is no SELECT", async (sql) => {
    await expect(database.query(sql)).rejects.toThrow(/only SELECT/);
    expect(athena.calls()).toEqual([]);
  });

  it.each([
    "select 1",
    "-- title\n-- question\nWITH t AS (SELECT 1) SELECT * FROM t",
    "/* a\n b */ (SELECT 1) UNION (SELECT 2)",
    "VALUES (1)",
  ])("takes %j", async (sql) => {
    inStates({ State: "SUCCEEDED" });
    athena.on(GetQueryResultsCommand).resolves({});

    expect((await database.query(sql)).rows).toEqual([]);
  });
});

describe("readAll", () => {
  const STATEMENTS = Array.from({ length: 9 }, (_, i) => `SELECT ${i}`);
  const { signal } = new AbortController();

  beforeEach(() => {
    athena
      .on(StartQueryExecutionCommand)
      .callsFake(async ({ QueryString }) => ({ QueryExecutionId: QueryString.slice(7) }));
    athena.on(GetQueryResultsCommand).callsFake(async ({ QueryExecutionId }) => ({
      ResultSet: {
        ResultSetMetadata: columns("varchar"),
        Rows: [row("c0"), row(QueryExecutionId)],
      },
    }));
  });

  const readFirst = async ({ batches }: RowStream) => {
    for await (const [first] of batches) return first?.[0];
    return undefined;
  };

  it("runs statements some at a time, and answers in their order", async () => {
    let [running, most] = [0, 0];
    athena.on(GetQueryExecutionCommand).resolves({
      QueryExecution: { Status: { State: "SUCCEEDED" }, Statistics: { DataScannedInBytes: 10 } },
    });
    const result = await database.readAll(
      STATEMENTS,
      async (rows, index) => {
        running += 1;
        most = Math.max(most, running);
        const first = await readFirst(rows);
        running -= 1;
        return `${index}: ${first}`;
      },
      signal,
    );

    expect(result.taken).toEqual(STATEMENTS.map((_, i) => `${i}: ${i}`));
    expect(result.scannedBytes).toBe(90);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });

  it("stops those that run when one fails, and begins no other", async () => {
    athena.on(GetQueryExecutionCommand).callsFake(async ({ QueryExecutionId }) => ({
      QueryExecution: { Status: { State: QueryExecutionId === "2" ? "FAILED" : "RUNNING" } },
    }));

    await expect(database.readAll(STATEMENTS, readFirst, signal)).rejects.toThrow(QueryError);
    const idsOf = (command: typeof StopQueryExecutionCommand) =>
      athena.commandCalls(command).map(({ args }) => args[0].input.QueryExecutionId);
    expect(idsOf(StopQueryExecutionCommand).toSorted()).toEqual(["0", "1", "3"]);
    expect(athena.commandCalls(StartQueryExecutionCommand)).toHaveLength(4);
  });
});
