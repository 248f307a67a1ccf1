import { describe, expect, it } from "vitest";
import { type AwsAnswers, AwsRefusal } from "../../fakes/local-aws.ts";
import { lastLine, run } from "../audit-lake.ts";
import { runAtTerminal } from "../terminal.ts";
import { BACKFILL_ARN, deployed } from "./deployed.ts";

const ESTIMATE = {
  entries: 2_000_000,
  calls: 251,
  minutes: 7,
  dollars: 0.12,
  dollarsPerMonth: 0.01,
  samples: 24,
};
const SPAN = { from: 1_735_689_600, until: 1_738_368_000 };

/** Step Functions with nothing at work, which estimates at once. */
const IDLE: AwsAnswers = {
  ListExecutions: () => ({ executions: [] }),
  StartExecution: ({ name }) => ({
    executionArn: `${BACKFILL_ARN}:${name}`,
    startDate: 1_772_442_000,
  }),
  DescribeExecution: () => ({
    status: "SUCCEEDED",
    output: JSON.stringify({ op: "estimate", plan: { spans: [SPAN], estimate: ESTIMATE } }),
  }),
  StopExecution: () => ({ stopDate: 1_772_442_000 }),
};

const AT_WORK: AwsAnswers = {
  ...IDLE,
  ListExecutions: () => ({
    executions: [
      {
        name: "backfill-7",
        executionArn: `${BACKFILL_ARN}:backfill-7`,
        stateMachineArn: BACKFILL_ARN,
        status: "RUNNING",
        startDate: 1_772_442_000,
      },
    ],
  }),
};

async function backfill(answers: AwsAnswers, ...args: string[]) {
  const aws = await deployed(answers, { hasStateMachines: true });
  const ended = await run(["backfill", "--stack", ...args], {
    env: aws.environment,
    token: null,
  });
  return { aws, ...ended };
}

describe("backfill --stack", () => {
  it("starts the stack's own state machine, with what is asked for", async () => {
    const { aws, code, stdout, stderr } = await backfill(
      IDLE,
      ...["--from", "2025-01-01", "--until", "2025-02-01T12:00:00Z", "--yes"],
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^started +backfill-1 of acme, in SlackAuditLake$/m);
    expect(aws.inputs("StartExecution")).toEqual([
      {
        stateMachineArn: BACKFILL_ARN,
        name: "backfill-1",
        input: JSON.stringify({
          op: "plan",
          from: "2025-01-01T00:00:00Z",
          until: "2025-02-01T12:00:00Z",
        }),
      },
    ]);
  });

  it.each<[string, string, number]>([
    ["y\r", "started +backfill-1 of acme", 0],
    ["\r", "Begin\\? No", 0],
    ["\u0003", "Begin", 130],
  ])("says what it would take before it starts, and asks (%j)", async (keys, end, exitCode) => {
    const aws = await deployed(IDLE, { hasStateMachines: true });
    const { code, screen } = await runAtTerminal(["backfill", "--stack", "--from", "2025-01-01"], {
      type: { at: "Begin?", keys },
      columns: 120,
      env: aws.environment,
    });

    expect(code).toBe(exitCode);
    expect(screen).toMatch(/^estimate +about 2,000,000 entries/m);
    expect(screen).toMatch(new RegExp(end));
    const [estimate, ...works] = aws.inputs("StartExecution");
    expect(estimate?.name).toMatch(/^estimate-[0-9a-f-]{36}$/);
    expect(JSON.parse(String(estimate?.input))).toEqual({
      op: "estimate",
      from: "2025-01-01T00:00:00Z",
    });
    expect(works.map(({ name }) => name)).toEqual(keys === "y\r" ? ["backfill-1"] : []);
  });

  it("starts nothing unasked: without a terminal it needs --yes", async () => {
    const { aws, code, stdout, stderr } = await backfill(IDLE, "--from", "2025-01-01");

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^audit-lake: .* there is no terminal: pass --yes \(-y\).*\n$/);
    expect(aws.inputs("StartExecution")).toEqual([]);
  });

  it("refuses what Athena would not see, and says what to change", async () => {
    const { aws, code, stderr } = await backfill(IDLE, "--from", "2019-12-31", "--yes");

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^audit-lake: queries of the stack SlackAuditLake begin at 2020-01-01 .* set "archiveStartsOn" to "2019-12-31".*\n$/,
    );
    expect(aws.inputs("StartExecution")).toEqual([]);
  });

  it("starts nothing when it shall only estimate", async () => {
    const { aws, code, stdout } = await backfill(
      IDLE,
      ...["--from", "2025-01-01", "--estimate", "--json"],
    );

    expect(code).toBe(0);
    expect(lastLine(stdout)).toEqual({
      stack: "SlackAuditLake",
      source: "acme",
      left: [SPAN],
      estimate: ESTIMATE,
    });
    expect(aws.inputs("StartExecution")).toHaveLength(1);
  });

  it("starts no second one, and says how to follow and to end the first", async () => {
    const { aws, code, stderr } = await backfill(AT_WORK, "--from", "2025-01-01", "--yes");

    expect(code).toBe(1);
    expect(stderr).toMatch(/^audit-lake: backfill-7 is at work: [^\n]+--cancel ends it\n$/);
    expect(aws.inputs("StartExecution")).toEqual([]);
  });

  it("says in one line why nothing can be brought in", async () => {
    const cause = JSON.stringify({
      errorType: "BackfillPlanError",
      errorMessage: "there is nothing to bring in",
    });
    const failed = () => ({ status: "FAILED", error: "BackfillPlanError", cause });
    const { code, stderr } = await backfill(
      { ...IDLE, DescribeExecution: failed },
      ...["--from", "2025-01-01", "--estimate"],
    );

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "audit-lake: there is nothing to bring in\n",
    });
  });

  it("ends the one at work", async () => {
    const { aws, code, stdout } = await backfill(AT_WORK, "--cancel", "--json");

    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ source: "acme", cancelled: ["backfill-7"] });
    expect(aws.inputs("StopExecution")).toMatchObject([
      { executionArn: `${BACKFILL_ARN}:backfill-7` },
    ]);
  });

  it("has nothing to end where nothing is at work", async () => {
    const { code, stdout } = await backfill(IDLE, "--cancel");

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "No backfill of acme is running in SlackAuditLake.\n",
    });
  });

  it("says what a stack of an earlier version lacks", async () => {
    const aws = await deployed(IDLE);
    const { code, stderr } = await run(["backfill", "--stack", "--from", "2025-01-01"], {
      env: aws.environment,
    });

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /the source acme of the stack SlackAuditLake has no backfill: [^\n]+\n$/,
    );
  });

  it("passes on that AWS denied access", async () => {
    const denied = () => {
      throw new AwsRefusal("AccessDeniedException", "not authorized");
    };
    const { code, stderr } = await backfill(
      { ...IDLE, ListExecutions: denied },
      ...["--from", "2025-01-01", "--yes"],
    );

    expect(code).toBe(1);
    expect(stderr).toMatch(/^audit-lake: AWS denied access: not authorized/);
  });

  it.each([
    [["--stack"], /--from is missing/],
    [["--cancel"], /--cancel needs a range here/],
    [["--cancel", "2025-01-01"], /Give two times/],
    [["--stack", "--archive", "here", "--from", "2025-01-01"], /cannot be used with/],
    [["--stack", "--cancel", "--from", "2025-01-01"], /cannot be used with/],
  ])("refuses %j", async (args, message) => {
    const aws = await deployed(IDLE, { hasStateMachines: true });
    const { code, stderr } = await run(["backfill", ...args], { env: aws.environment });

    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(aws.inputs("StartExecution")).toEqual([]);
  });
});
