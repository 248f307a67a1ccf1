import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { describeScan } from "../../../cli/stack/athena-cost.ts";
import type { AwsAnswers } from "../../fakes/local-aws.ts";
import { run, start } from "../audit-lake.ts";
import { deployed } from "./deployed.ts";

const row = (...values: string[]) => ({ Data: values.map((VarCharValue) => ({ VarCharValue })) });

function athena(State: string, StateChangeReason?: string): AwsAnswers {
  return {
    StartQueryExecution: () => ({ QueryExecutionId: "query-1" }),
    GetQueryExecution: () => ({
      QueryExecution: {
        Status: { State, StateChangeReason },
        Statistics: { DataScannedInBytes: 2_500_000_000, EngineExecutionTimeInMillis: 2345 },
      },
    }),
    GetQueryResults: () => ({
      ResultSet: {
        ResultSetMetadata: {
          ColumnInfo: [
            { Name: "action", Type: "varchar" },
            { Name: "n", Type: "bigint" },
          ],
        },
        Rows: [row("action", "n"), row("user_login", "7")],
      },
    }),
    StopQueryExecution: () => ({}),
  };
}

describe("query --stack", () => {
  it("prints the table, and what it scanned apart from it", async () => {
    const { environment: env } = await deployed(athena("SUCCEEDED"));

    expect(await run(["query", "SELECT 1", "--stack"], { env })).toEqual({
      code: 0,
      stderr: "2.5 GB scanned, about $0.01, 2.3 s, query query-1\n",
      stdout: [
        "┌────────────┬───┐",
        "│ action     │ n │",
        "├────────────┼───┤",
        "│ user_login │ 7 │",
        "└────────────┴───┘",
        "1 row",
        "",
      ].join("\n"),
    });
  });

  it.each([
    ["--json", '[{"action":"user_login","n":7}]\n'],
    ["--csv", "action,n\r\nuser_login,7\r\n"],
  ])("prints %s as the local one does", async (format, text) => {
    const { environment: env } = await deployed(athena("SUCCEEDED"));
    const { stdout } = await run(["query", "SELECT 1", "--stack", format], { env });

    expect(stdout).toBe(text);
  });

  it("runs the statements of sql, too", async () => {
    const aws = await deployed(athena("SUCCEEDED"));
    const args = ["sql", "--stack", "SlackAuditLake"];
    const stdin = "SELECT 1;\n SELECT 2";
    const { code, stdout } = await run(args, { env: aws.environment, stdin });

    expect(code).toBe(0);
    expect(stdout.match(/│ user_login │ 7 │/g)).toHaveLength(2);
    expect(aws.inputs("StartQueryExecution")).toMatchObject([
      { QueryString: "SELECT 1" },
      { QueryString: "\nSELECT 2" },
    ]);
  });

  it("runs a saved query with its parameters, in the stack of that name", async () => {
    const aws = await deployed(athena("SUCCEEDED"));
    const args = ["logins", "--stack", "SlackAuditLake", "--set", "from_day=2026-03-01"];
    const { code } = await run(["query", ...args], { env: aws.environment });

    expect(code).toBe(0);
    expect(aws.inputs("StartQueryExecution")).toEqual([
      {
        QueryString: expect.stringContaining("/* from_day */ '2026-03-01'"),
        WorkGroup: "slack-audit-lake",
        QueryExecutionContext: { Database: "slack_audit_lake" },
        ClientRequestToken: expect.any(String),
      },
    ]);
  });

  it("stops the query at Ctrl-C", async () => {
    const aws = await deployed(athena("RUNNING"));
    const looked = new Promise((resolve) => {
      const answer = aws.answers.GetQueryExecution;
      aws.answers.GetQueryExecution = (input) => {
        resolve(undefined);
        return answer?.(input) ?? {};
      };
    });
    const { process, ended } = start(["query", "SELECT 1", "--stack"], { env: aws.environment });
    await Promise.race([looked, once(process, "exit")]);
    process.kill("SIGINT");
    const { code, stdout, stderr } = await ended;

    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toMatch(/^\nStopping the query; Ctrl-C again to stop at once\.\n$/);
    expect(aws.inputs("StopQueryExecution")).toEqual([{ QueryExecutionId: "query-1" }]);
  });

  it("gives one line when Athena refuses it", async () => {
    const { environment: env } = await deployed(athena("FAILED", "COLUMN_NOT_FOUND: line 1:8"));
    const { code, stdout, stderr } = await run(["query", "SELECT x", "--stack"], { env });

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe("audit-lake: Athena refused the query: COLUMN_NOT_FOUND: line 1:8\n");
  });

  it("takes no directory besides", async () => {
    const { code, stderr } = await run(["query", "--archive", ".", "SELECT 1", "--stack"]);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^audit-lake: option '--stack \[name\]' cannot be used with .*\n$/);
  });

  it.each([
    [["--athena", "SELECT 1"], "SlackAuditLake"],
    [["--stack", "Other", "--athena", "SELECT 1"], "Other"],
  ])("takes %j for --stack, with a warning", async (args, stack) => {
    const aws = await deployed(athena("SUCCEEDED"));
    aws.stack.name = stack;
    const { code, stdout, stderr } = await run(["query", ...args], { env: aws.environment });

    expect(code).toBe(0);
    expect(stdout).toContain("1 row\n");
    expect(stderr).toMatch(
      /^audit-lake: --athena is deprecated and goes away in the next release: use --stack\n2\.5 GB /,
    );
  });

  it("points out that --stack took the query for its name", async () => {
    const { code, stderr } = await run(["query", "--stack", "logins"]);

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^audit-lake: .*"logins" was read as the stack's name: put --stack last\n$/,
    );
  });
});

it.each([
  [0, "0 byte scanned, about $0.00"],
  [1000, "1 kB scanned, about $0.00005"],
  [20_000_000, "20 MB scanned, about $0.00010"],
  [2e12, "2,000 GB scanned, about $10.00"],
])("prices %i bytes", (bytes, text) => {
  expect(describeScan(bytes)).toBe(text);
});
