import { type Duration, Stack } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  type IScheduleGroup,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

export interface FunctionScheduleProps {
  description: string;
  interval: Duration;
  /** The event that the function gets. */
  input: Record<string, string>;
  handler: IFunction;
  group: IScheduleGroup;
  deadLetters: IQueue;
}

/** Starts a function again and again, with a role that can start nothing else. */
export class FunctionSchedule extends Construct {
  constructor(scope: Construct, id: string, props: FunctionScheduleProps) {
    super(scope, id);
    const { description, interval, handler, group, deadLetters } = props;
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
              actions: ["lambda:InvokeFunction"],
              resources: [handler.functionArn],
            }),
            new PolicyStatement({
              actions: ["sqs:SendMessage"],
              resources: [deadLetters.queueArn],
            }),
          ],
        }),
      },
    });
    new Schedule(this, "Schedule", {
      description,
      scheduleGroup: group,
      schedule: ScheduleExpression.rate(interval),
      target: new LambdaInvoke(handler, {
        // CDK's own grant would cover every version and alias of the function too.
        role: role.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject(props.input),
        // The next start is as good: there is nothing in one that could be lost.
        maxEventAge: interval,
        retryAttempts: 3,
        deadLetterQueue: deadLetters,
      }),
    });
  }
}
