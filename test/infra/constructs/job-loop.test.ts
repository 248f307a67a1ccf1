import { App, Duration, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { TaskInput } from "aws-cdk-lib/aws-stepfunctions";
import { ExecutionAbortedError, ExecutionError } from "aws-local-stepfunctions";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type JobStep, nextStep, waitStep } from "../../../functions/job-step.ts";
import { jobLoop } from "../../../infra/constructs/job-loop.ts";
import { JobStateMachine } from "../../../infra/constructs/job-state-machine.ts";
import { definitionOf, run, start } from "../run-state-machine.ts";

const MINUTE_MS = 60_000;

const stack = new Stack(new App());
const handler = new LambdaFunction(stack, "Job", {
  runtime: Runtime.NODEJS_24_X,
  code: Code.fromInline("exports.handler = () => {}"),
  handler: "index.handler",
});
new JobStateMachine(stack, "Machine", {
  comment: "A job by itself",
  definition: jobLoop(stack, "Work", {
    handler,
    timeout: Duration.minutes(5),
    event: TaskInput.fromObject({ op: "run", "day.$": "$.day" }),
    finalErrors: ["TokenMissingError"],
  }),
  handlers: [handler],
  timeout: Duration.hours(23),
  logRetentionDays: 90,
});
const template = Template.fromStack(stack);
const definition = definitionOf(template, "Machine");

/** As Lambda and the states language name what went wrong. */
class NamedError extends Error {
  constructor(name: string) {
    super("as it went");
    this.name = name;
  }
}

/** When the job's function was called, minutes after the start, and with what. */
let calls: { minute: number; event: unknown }[];

/** The job answers these steps, one a call, and the last one from then on. */
function job(...steps: (() => JobStep | Promise<JobStep>)[]) {
  const startedAtMs = Date.now();
  calls = [];
  return {
    Job: (event: unknown) => {
      calls.push({ minute: (Date.now() - startedAtMs) / MINUTE_MS, event });
      const step = steps[Math.min(calls.length, steps.length) - 1];
      return step?.();
    },
  };
}

const done = () => nextStep("done", Date.now());
const again = () => nextStep("again", Date.now());
const waitMinutes = (minutes: number) => () =>
  waitStep(Date.now() + minutes * MINUTE_MS, Date.now());
const fail = (name: string) => () => {
  throw new NamedError(name);
};

const DAY = { day: "2026-02-28" };

describe("a job's loop", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-03-01T03:00:00Z") });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("ends with the first run that is done, and hands on what the run said", async () => {
    const output = await run(
      definition,
      DAY,
      job(() => ({ ...done(), entries: 7 }) as JobStep),
    );

    expect(calls).toEqual([{ minute: 0, event: { op: "run", day: "2026-02-28" } }]);
    expect(output).toMatchObject({ day: "2026-02-28", step: { next: "done", entries: 7 } });
  });

  it("starts the next run at once when there is more to do, with the same event", async () => {
    await run(definition, DAY, job(again, again, done));

    expect(calls).toEqual(Array(3).fill({ minute: 0, event: { op: "run", day: "2026-02-28" } }));
  });

  it("waits until the time that the run asks for, and not longer", async () => {
    await run(definition, DAY, job(waitMinutes(7), waitMinutes(3), done));

    expect(calls.map(({ minute }) => minute)).toEqual([0, 7, 10]);
  });

  it("tries again when Lambda could not run it, within seconds", async () => {
    await run(definition, DAY, job(fail("Lambda.TooManyRequestsException"), done));

    expect(calls).toHaveLength(2);
    expect(calls[1]?.minute).toBeLessThanOrEqual(2 / 60);
  });

  it("tries a run that failed again, five times within half an hour, then gives up with its error", async () => {
    const result = run(definition, DAY, job(fail("SlackApiError")));

    await expect(result).rejects.toThrow(ExecutionError);
    await expect(result).rejects.toHaveProperty("cause.name", "SlackApiError");
    expect(calls).toHaveLength(6);
    expect(calls.at(-1)?.minute).toBeLessThanOrEqual(1 + 2 + 4 + 8 + 15);
  });

  it("gives up at once on what another try would not change", async () => {
    await expect(run(definition, DAY, job(fail("TokenMissingError")))).rejects.toHaveProperty(
      "cause.name",
      "TokenMissingError",
    );

    expect(calls).toHaveLength(1);
  });

  it("forgets the failures once a run went well", async () => {
    const failThrice = [fail("Error"), fail("Error"), fail("Error")];

    await run(definition, DAY, job(...failThrice, again, ...failThrice, done));

    expect(calls).toHaveLength(8);
  });

  it("takes a run without an answer for failed a minute after the function's own end", async () => {
    await run(
      definition,
      DAY,
      job(() => new Promise(() => {}), done),
    );

    expect(calls).toHaveLength(2);
    expect(calls[1]?.minute).toBeGreaterThanOrEqual(6);
    expect(calls[1]?.minute).toBeLessThanOrEqual(7);
  });

  it("fails on an answer that is none, and does not call again", async () => {
    await expect(
      run(
        definition,
        DAY,
        job(() => ({}) as JobStep),
      ),
    ).rejects.toThrow(ExecutionError);

    expect(calls).toHaveLength(1);
  });

  it("stops by itself when it lasts longer than the state machine may", async () => {
    await expect(run(definition, DAY, job(waitMinutes(60)))).rejects.toThrow(/timed out/i);

    expect(calls).toHaveLength(23);
  });

  it("calls nothing more once it is stopped", async () => {
    const { abort, result } = start(definition, DAY, job(waitMinutes(60)));
    const stopped = expect(result).rejects.toThrow(ExecutionAbortedError);
    await vi.advanceTimersByTimeAsync(90 * MINUTE_MS);
    abort();
    await vi.advanceTimersByTimeAsync(10 * 60 * MINUTE_MS);

    await stopped;
    expect(calls.map(({ minute }) => minute)).toEqual([0, 60]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
