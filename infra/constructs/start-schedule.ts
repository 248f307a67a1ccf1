import { type Duration, Stack } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  type CronOptionsWithTimezone,
  type IScheduleGroup,
  Schedule,
  type ScheduleExpression,
  ScheduleTargetInput,
} from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke, StepFunctionsStartExecution } from "aws-cdk-lib/aws-scheduler-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";

export interface StartScheduleProps {
  description: string;
  schedule: ScheduleExpression;
  /** Until the next one is due: it is as good, there is nothing in a start that could be lost. */
  interval: Duration;
  /** What is started gets this. */
  input: Record<string, string>;
  starts: IFunction | IStateMachine;
  group: IScheduleGroup;
  deadLetters: IQueue;
}

/** @param time - `HH:MM`, UTC */
export function atTime(time: string): Pick<CronOptionsWithTimezone, "hour" | "minute"> {
  const [hour = "0", minute = "0"] = time.split(":").map((part) => String(Number(part)));
  return { hour, minute };
}

/** Starts a function or a state machine again and again, with a role that can start nothing else. */
export class StartSchedule extends Construct {
  constructor(scope: Construct, id: string, props: StartScheduleProps) {
    super(scope, id);
    const { description, schedule, interval, starts, group, deadLetters } = props;
    const isFunction = "functionArn" in starts;
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: {
            "aws:SourceAccount": Stack.of(this).account,
            "aws:SourceArn": group.scheduleGroupArn,
          },
        },
      }),
      inlinePolicies: {
        Start: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: [isFunction ? "lambda:InvokeFunction" : "states:StartExecution"],
              resources: [isFunction ? starts.functionArn : starts.stateMachineArn],
            }),
            new PolicyStatement({
              actions: ["sqs:SendMessage"],
              resources: [deadLetters.queueArn],
            }),
          ],
        }),
      },
    });
    const target = {
      // CDK's own grant would cover every version and alias of a function too.
      role: role.withoutPolicyUpdates(),
      input: ScheduleTargetInput.fromObject(props.input),
      maxEventAge: interval,
      retryAttempts: 3,
      deadLetterQueue: deadLetters,
    };
    new Schedule(this, "Schedule", {
      description,
      scheduleGroup: group,
      schedule,
      target: isFunction
        ? new LambdaInvoke(starts, target)
        : new StepFunctionsStartExecution(starts, target),
    });
  }
}
