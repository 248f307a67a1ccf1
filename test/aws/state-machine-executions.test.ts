import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ExecutionError, StateMachineExecutions } from "../../lib/aws/state-machine-executions.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:Backfill";
const NOW_MS = Date.parse("2026-03-01T12:00:00Z");
const INPUT = { op: "plan", from: "2025-01-01T00:00:00Z" };

const stepFunctions = mockClient(SFNClient);
afterAll(() => stepFunctions.restore());
const client = new SFNClient({ region: "eu-central-1" });
let clock: VirtualClock;
let executions: StateMachineExecutions;

beforeEach(() => {
  stepFunctions.reset();
  stepFunctions
    .on(StartExecutionCommand)
    .callsFake(({ name }) => ({ executionArn: `arn:${name}`, startDate: new Date(NOW_MS) }));
  clock = new VirtualClock(NOW_MS);
  executions = new StateMachineExecutions(client, MACHINE, clock);
});

const execution = (name: string) => ({
  name,
  executionArn: `arn:${name}`,
  stateMachineArn: MACHINE,
  status: "SUCCEEDED" as const,
  startDate: new Date(NOW_MS),
});

/** Of those that AWS still knows, the newest first. */
function listed({ running = [], all = running }: { running?: string[]; all?: string[] }) {
  stepFunctions.on(ListExecutionsCommand).callsFake(({ statusFilter }) => ({
    executions: (statusFilter === "RUNNING" ? running : all).map(execution),
  }));
}

const started = () =>
  stepFunctions.commandCalls(StartExecutionCommand).map(({ args: [{ input }] }) => input);

describe("start", () => {
  it("gives the work the number after the last one's, and its input", async () => {
    listed({ all: ["estimate-1f", "backfill-2", "backfill-1"] });

    expect(await executions.start("backfill", INPUT)).toBe("backfill-3");
    expect(started()).toEqual([
      { stateMachineArn: MACHINE, name: "backfill-3", input: JSON.stringify(INPUT) },
    ]);
  });

  it("begins with one where nothing ever ran", async () => {
    listed({});

    expect(await executions.start("backfill", INPUT)).toBe("backfill-1");
  });

  it("looks past a page of others for the last number", async () => {
    stepFunctions
      .on(ListExecutionsCommand)
      .callsFake(({ statusFilter, nextToken }) =>
        statusFilter === "RUNNING"
          ? { executions: [] }
          : nextToken === undefined
            ? { executions: [execution("estimate-1f")], nextToken: "2" }
            : { executions: [execution("backfill-12")] },
      );

    expect(await executions.start("backfill", INPUT)).toBe("backfill-13");
  });

  it("starts nothing beside work that is under way", async () => {
    listed({ running: ["backfill-2"] });

    await expect(executions.start("backfill", INPUT)).rejects.toThrow(/^backfill-2 is at work/);
    expect(started()).toEqual([]);
  });

  it("does not take an estimate for work", async () => {
    listed({ running: ["estimate-1f"] });

    expect(await executions.start("backfill", INPUT)).toBe("backfill-1");
  });

  it("gives way to another that was started in the same moment", async () => {
    listed({});
    stepFunctions
      .on(StartExecutionCommand)
      .rejects(new ExecutionAlreadyExists({ message: "it exists", $metadata: {} }));

    await expect(executions.start("backfill", INPUT)).rejects.toMatchObject({
      name: "ExecutionError",
      code: "execution_running",
    });
  });
});

describe("run", () => {
  const options = { timeoutMs: 60_000, signal: new AbortController().signal };

  it("follows an execution to its end, and gives its output", async () => {
    stepFunctions
      .on(DescribeExecutionCommand)
      .resolvesOnce({ status: "RUNNING" })
      .resolvesOnce({ status: "SUCCEEDED", output: '{"plan":{"spans":[]}}' });

    expect(await executions.run("estimate-1f", INPUT, options)).toEqual({ plan: { spans: [] } });
    expect(clock.nowMs() - NOW_MS).toBe(4_000);
    expect(stepFunctions.commandCalls(StopExecutionCommand)).toEqual([]);
  });

  it("says what the function said when it failed", async () => {
    stepFunctions.on(DescribeExecutionCommand).resolves({
      status: "FAILED",
      error: "BackfillPlanError",
      cause: '{"errorType":"BackfillPlanError","errorMessage":"there is \\"nothing\\"","trace":[]}',
    });

    const run = executions.run("estimate-1f", INPUT, options);
    await expect(run).rejects.toThrow(ExecutionError);
    await expect(run).rejects.toThrow(/^there is "nothing"$/);
  });

  it("says how an execution ended that no function spoke for", async () => {
    stepFunctions.on(DescribeExecutionCommand).resolves({ status: "ABORTED" });

    await expect(executions.run("estimate-1f", INPUT, options)).rejects.toThrow(/ended as ABORTED/);
  });

  it("stops an execution that lasts too long", async () => {
    stepFunctions.on(DescribeExecutionCommand).resolves({ status: "RUNNING" });

    await expect(executions.run("estimate-1f", INPUT, options)).rejects.toThrow(
      /not done after 1 minutes; it was stopped/,
    );
    expect(stepFunctions.commandCalls(StopExecutionCommand)).toHaveLength(1);
  });

  it("stops the execution when it is interrupted", async () => {
    const controller = new AbortController();
    stepFunctions.on(DescribeExecutionCommand).callsFake(() => {
      controller.abort(new Error("Ctrl-C"));
      return { status: "RUNNING" };
    });

    await expect(
      executions.run("estimate-1f", INPUT, { ...options, signal: controller.signal }),
    ).rejects.toThrow("Ctrl-C");
    expect(stepFunctions.commandCalls(StopExecutionCommand)).toHaveLength(1);
  });
});

describe("stop", () => {
  it("stops the work and leaves others alone", async () => {
    listed({ running: ["estimate-1f", "backfill-2"] });

    expect(await executions.stop("backfill")).toEqual(["backfill-2"]);
    expect(
      stepFunctions.commandCalls(StopExecutionCommand).map(({ args }) => args[0].input),
    ).toMatchObject([{ executionArn: "arn:backfill-2", error: "Cancelled" }]);
  });

  it("has nothing to stop where nothing runs", async () => {
    listed({});

    expect(await executions.stop("backfill")).toEqual([]);
  });
});
