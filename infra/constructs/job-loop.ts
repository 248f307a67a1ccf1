import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  Choice,
  Condition,
  type IChainable,
  JitterType,
  type RetryProps,
  Succeed,
  type TaskInput,
  type TaskStateBase,
  Timeout,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";

export interface JobCallProps {
  handler: IFunction;
  /** What the function is granted at most. */
  timeout: Duration;
  /** The event that it gets. @default what the state has so far */
  event?: TaskInput;
  /** Errors, by name, that another try would not change. */
  finalErrors?: string[];
  /** Where in the state its answer is kept. @default the answer is the state from there on */
  resultPath?: string;
}

/** Lambda did not run the function at all, or did not say how it went: the next call may be fine. */
const LAMBDA_TROUBLE: RetryProps = {
  errors: [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
  jitterStrategy: JitterType.FULL,
  maxAttempts: 8,
};

/** The run failed, after retries of its own: Slack or AWS is down, the token is refused. */
const FAILED_RUN: RetryProps = {
  errors: ["States.ALL"],
  interval: Duration.minutes(1),
  backoffRate: 2,
  maxDelay: Duration.minutes(15),
  jitterStrategy: JitterType.FULL,
  maxAttempts: 5,
};

/** How much later than the function's own end a call is taken for lost. */
const ANSWER_MARGIN = Duration.minutes(1);

/** One call of a job's function: tried again, later and later, half an hour at most. */
export function callJob(scope: Construct, id: string, props: JobCallProps): TaskStateBase {
  const { handler, timeout, event, finalErrors = [], resultPath } = props;
  const call = new LambdaInvoke(scope, id, {
    lambdaFunction: handler,
    ...(event === undefined ? {} : { payload: event }),
    payloadResponseOnly: true,
    taskTimeout: Timeout.duration(timeout.plus(ANSWER_MARGIN)),
    retryOnServiceExceptions: false, // CDK's own has no jitter
    ...(resultPath === undefined ? {} : { resultPath }),
  });
  if (finalErrors.length > 0) {
    call.addRetry({ errors: finalErrors, maxAttempts: 0 });
  }
  return call.addRetry(LAMBDA_TROUBLE).addRetry(FAILED_RUN);
}

export interface JobLoopProps extends Omit<JobCallProps, "resultPath"> {
  /** What comes when the job is done. @default the end */
  next?: IChainable;
  /** What comes when it failed for good, and where in the state the error is kept. @default the execution fails */
  caught?: { by: IChainable; at: string };
}

/**
 * Calls a job's function until the job is done: run after run, each with its
 * state saved, with the waits that a run asks for. What a run answers is
 * `functions/job-step.ts`.
 */
export function jobLoop(scope: Construct, id: string, props: JobLoopProps): IChainable {
  const { next, caught, ...call } = props;
  const run = callJob(scope, id, { ...call, resultPath: "$.step" });
  if (caught !== undefined) run.addCatch(caught.by, { resultPath: caught.at });
  const wait = new Wait(scope, `${id}: wait`, { time: WaitTime.timestampPath("$.step.resumeAt") });
  const done = next ?? new Succeed(scope, `${id}: done`);
  return run.next(
    new Choice(scope, `${id}: done?`)
      .when(Condition.stringEquals("$.step.next", "again"), run)
      .when(Condition.stringEquals("$.step.next", "wait"), wait.next(run))
      .when(Condition.stringEquals("$.step.next", "done"), done),
  );
}
