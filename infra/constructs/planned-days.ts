import type { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  Choice,
  Condition,
  Fail,
  type IChainable,
  Pass,
  Result,
  Succeed,
  TaskInput,
} from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { callJob, jobLoop } from "./job-loop.ts";

/** Work on days that a function does, one after the other, as it plans them. */
export interface PlannedDays {
  /** What is done with a day: the function's operation, and the name of the step. */
  op: "close" | "compact" | "events";
  handler: IFunction;
  timeout: Duration;
}

/**
 * Works through the days of each function in turn: plans a day, works on it,
 * plans the next (`functions/planned-day.ts`). A day that fails keeps no other
 * waiting; the execution fails for it at its end.
 */
export function workThrough(scope: Construct, jobs: readonly PlannedDays[]): IChainable {
  const failures = jobs.map(({ op }) => `$.${op}.failure`);
  const end = failures.reduceRight<IChainable>(
    (next, path, at) =>
      new Choice(scope, `Did a day to ${jobs[at]?.op} fail?`)
        .when(
          Condition.isPresent(`${path}.Error`),
          new Fail(scope, `Failed to ${jobs[at]?.op}`, {
            errorPath: `${path}.Error`,
            causePath: `${path}.Cause`,
          }),
        )
        .otherwise(next),
    new Succeed(scope, "Done"),
  );
  return jobs.reduceRight((then, job) => workOn(scope, job, then), end);
}

function workOn(scope: Construct, { op, handler, timeout }: PlannedDays, then: IChainable): Pass {
  const progress = `$.${op}`;
  const plan = callJob(scope, `Plan to ${op}`, {
    handler,
    timeout,
    event: TaskInput.fromObject({
      op: "plan",
      "startedAt.$": "$$.Execution.StartTime",
      "before.$": progress,
    }),
    resultPath: progress,
  });
  // Without a plan there is nothing to do here, but maybe in what comes then.
  plan.addCatch(then, { resultPath: `${progress}.failure` });
  const run = jobLoop(scope, `Run to ${op}`, {
    handler,
    timeout,
    event: TaskInput.fromObject({
      op,
      "day.$": `${progress}.day`,
      "startedAt.$": "$$.Execution.StartTime",
    }),
    next: plan,
    caught: { by: plan, at: `${progress}.caught` },
  });
  plan.next(
    new Choice(scope, `Any day to ${op}?`)
      .when(Condition.isPresent(`${progress}.day`), run)
      .otherwise(then),
  );
  return new Pass(scope, `Begin to ${op}`, {
    result: Result.fromObject({}),
    resultPath: progress,
  }).next(plan).startState as Pass;
}
