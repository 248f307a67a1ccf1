import { ExecutionAbortedError, ExecutionError } from "aws-local-stepfunctions";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextStep, waitStep } from "../../../functions/job-step.ts";
import { failedOrTimedOut, watchedExecutions } from "../alarms.ts";
import { grants } from "../grants.ts";
import { definitionOf, run, start } from "../run-state-machine.ts";
import { resource, synthesize } from "../synthesize.ts";

const MACHINE = "AWS::StepFunctions::StateMachine";
const MINUTE_MS = 60_000;
const RUN_MS = 4 * MINUTE_MS;

type Event = { op: string; from?: string; span?: { from: number; until: number } };

const SPANS = [1, 2, 3, 4, 5].map((month) => ({ from: month * 100, until: month * 100 + 100 }));
/** The interpreter lets a queued item begin after its map was stopped; AWS does not. */
const TWO_AT_WORK = SPANS.slice(0, 2);
const PLAN = { op: "plan", from: "2025-01-01T00:00:00Z" };

const { template } = synthesize({ sources: [{ name: "acme" }, { name: "off", enabled: false }] });
const definition = definitionOf(template, "Backfillacme");

/** Two runs a span, of which the first is throttled; the events in the order of their calls. */
function backfillFunction(spans = SPANS) {
  const events: Event[] = [];
  const begun = new Set<number>();
  const now = { running: 0, most: 0 };
  return {
    events,
    now,
    call: async (event: Event) => {
      events.push(event);
      if (event.op !== "run") {
        return { spans, estimate: { calls: 500, minutes: 12.5, dollars: 0.5 } };
      }
      now.running += 1;
      now.most = Math.max(now.most, now.running);
      await new Promise((resolve) => setTimeout(resolve, RUN_MS));
      now.running -= 1;
      const from = event.span?.from ?? 0;
      if (begun.has(from)) return nextStep("done", Date.now());
      begun.add(from);
      return waitStep(Date.now() + 2 * MINUTE_MS, Date.now());
    },
  };
}

describe("the backfill's state machine", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-03-01T12:00:00Z") });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("plans once, with what it was started with, then runs over each span until it is done", async () => {
    const { call, events } = backfillFunction();

    await run(definition, PLAN, { BackfillacmeFunction: call });

    expect(events[0]).toEqual(PLAN);
    const runs = events.slice(1);
    expect(runs.every(({ op }) => op === "run")).toBe(true);
    for (const span of SPANS) {
      expect(runs.filter((event) => event.span?.from === span.from)).toEqual(
        Array(2).fill({ op: "run", span }),
      );
    }
    expect(runs).toHaveLength(2 * SPANS.length);
  });

  it("works on two spans at a time, oldest first", async () => {
    const { call, events, now } = backfillFunction();

    await run(definition, PLAN, { BackfillacmeFunction: call });

    const order = events.flatMap(({ span }) => span?.from ?? []);
    expect([...new Set(order)]).toEqual(SPANS.map(({ from }) => from));
    expect(now.most).toBe(2);
  });

  it("ends at once when everything asked for is archived", async () => {
    const { call, events } = backfillFunction([]);

    await run(definition, PLAN, { BackfillacmeFunction: call });

    expect(events).toEqual([PLAN]);
  });

  it("only estimates when that is what it is asked for", async () => {
    const { call, events } = backfillFunction();
    const input = { op: "estimate", from: PLAN.from, until: "2025-06-01T00:00:00Z" };

    const output = await run(definition, input, { BackfillacmeFunction: call });

    expect(events).toEqual([input]);
    expect(output).toMatchObject({ plan: { estimate: { calls: 500 } } });
  });

  it("gives up with the error of a span that keeps failing, and stops the other", async () => {
    const { call, events } = backfillFunction(TWO_AT_WORK);
    const failing = (event: Event) => {
      if (event.span?.from === 200) throw new Error("token_revoked");
      return call(event);
    };
    const result = run(definition, PLAN, { BackfillacmeFunction: failing });

    await expect(result).rejects.toThrow(ExecutionError);
    await expect(result).rejects.toHaveProperty("cause.message", "token_revoked");
    const calls = events.length;
    await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(events).toHaveLength(calls);
  });

  it("starts no run after it was stopped", async () => {
    const { call, events, now } = backfillFunction(TWO_AT_WORK);
    const { abort, result } = start(definition, PLAN, { BackfillacmeFunction: call });
    const stopped = expect(result).rejects.toThrow(ExecutionAbortedError);
    await vi.advanceTimersByTimeAsync(RUN_MS + MINUTE_MS);
    abort();
    const calls = events.length;
    await vi.advanceTimersByTimeAsync(24 * 60 * MINUTE_MS);

    await stopped;
    expect(events).toHaveLength(calls);
    expect(now.running).toBe(0);
  });

  it("deploys the spans as executions of their own, so that none fills another's history", () => {
    expect(definition.States.Spans).toMatchObject({
      ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } },
    });
    expect(definition.TimeoutSeconds).toBe(90 * 86_400);
  });
});

describe("Backfill", () => {
  it("is there for each source that runs", () => {
    const machines = Object.keys(template.findResources(MACHINE));

    expect(machines.filter((id) => id.startsWith("Backfill"))).toEqual([
      expect.stringMatching(/^BackfillacmeBackfill/),
    ]);
  });

  it("logs every step of an execution", () => {
    expect(resource(template, MACHINE, "Backfillacme").Properties.LoggingConfiguration).toEqual({
      Destinations: [
        {
          CloudWatchLogsLogGroup: {
            LogGroupArn: {
              "Fn::GetAtt": [expect.stringMatching(/^BackfillacmeBackfillLog/), "Arn"],
            },
          },
        },
      ],
      IncludeExecutionData: true,
      Level: "ALL",
    });
  });

  it("lets the state machine call its one function, and start executions of itself", () => {
    const [policy] = resource(template, "AWS::IAM::Role", "BackfillacmeBackfillRole").Properties
      .Policies;
    const map = resource(template, "AWS::IAM::Policy", "BackfillacmeBackfillDistributedMapPolicy");

    expect(policy.PolicyDocument.Statement[0]).toMatchObject({
      Action: "lambda:InvokeFunction",
      Resource: { "Fn::GetAtt": [expect.stringMatching(/^BackfillacmeFunction/), "Arn"] },
    });
    expect(map.Properties.PolicyDocument.Statement[0]).toMatchObject({
      Action: "states:StartExecution",
      Resource: { Ref: expect.stringMatching(/^BackfillacmeBackfill/) },
    });
  });

  describe("grants the function of a source", () => {
    const ROLE = "BackfillacmeFunctionRole";

    it("nothing but what a run and a plan do", () => {
      expect(grants(template, ROLE).map(({ Action }) => Action)).toEqual([
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        "s3:PutObject",
        "s3:GetObject",
        "s3:ListBucket",
        ["kms:Decrypt", "kms:GenerateDataKey"],
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
        ["dynamodb:GetItem", "dynamodb:UpdateItem"],
        "dynamodb:Scan",
      ]);
    });
  });

  it("alarms when an execution fails or runs out of time", () => {
    expect(watchedExecutions(template, "backfill-failing")).toEqual(
      failedOrTimedOut(/^BackfillacmeBackfill/),
    );
  });
});
