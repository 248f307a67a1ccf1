import type { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  Choice,
  Condition,
  type IChainable,
  JsonPath,
  Map as MapState,
  TaskInput,
} from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { callJob, jobLoop } from "./job-loop.ts";

/** Work on days that a function does, one after the other, as it plans them. */
export interface PlannedDays {
  /** What is done with a day: the function's operation, and the name of the step. */
  op: "close" | "compact";
  handler: IFunction;
  timeout: Duration;
  /** Plan again until there is nothing left: what a backfill brought in is more than one plan holds. */
  repeats: boolean;
}

/** Plans, and works on the plan, oldest day first. What fails is in the plan of tomorrow. */
export function workThrough(
  scope: Construct,
  { op, handler, timeout, repeats }: PlannedDays,
  then: IChainable,
): IChainable {
  const plan = callJob(scope, `Plan to ${op}`, {
    handler,
    timeout,
    event: TaskInput.fromObject({ op: "plan" }),
    resultPath: "$.plan",
  });
  const days = new MapState(scope, `Days to ${op}`, {
    itemsPath: "$.plan.days",
    itemSelector: { "day.$": "$$.Map.Item.Value" },
    maxConcurrency: 1, // each manifest has the hash of the one before
    resultPath: JsonPath.DISCARD,
  }).itemProcessor(
    jobLoop(scope, `Run to ${op}`, {
      handler,
      timeout,
      event: TaskInput.fromObject({ op, "day.$": "$.day" }),
    }),
  );
  return plan.next(
    new Choice(scope, `Any day to ${op}?`)
      .when(Condition.isPresent("$.plan.days[0]"), days.next(repeats ? plan : then))
      .otherwise(then),
  );
}
