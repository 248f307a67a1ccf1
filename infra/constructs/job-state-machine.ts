import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import {
  type Policy,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import {
  DefinitionBody,
  type IChainable,
  LogLevel,
  StateMachine,
} from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { acknowledgeWildcards, allow, allowKey, type Grant } from "./grant.ts";

export interface JobStateMachineProps {
  comment: string;
  definition: IChainable;
  /** The functions that it calls. */
  handlers: IFunction[];
  /** An execution that lasts longer is stopped; what its runs saved stays. */
  timeout: Duration;
  logRetentionDays: number;
}

/** A state machine of this project: its role may call its functions and write its log. */
export class JobStateMachine extends StateMachine {
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: JobStateMachineProps) {
    const logGroup = new LogGroup(scope, `${id}Log`, {
      // Under this prefix, the logs of any number of state machines share one resource policy.
      // Version 0.1 left logs behind whose names had hyphens instead of slashes.
      logGroupName: `/aws/vendedlogs/states/${Stack.of(scope).stackName}/${scope.node.id}/${id}`,
      retention: props.logRetentionDays as RetentionDays,
      // Its name is fixed: left behind, it would be in the way of the next deployment.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal("states.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
      }),
      description: props.comment,
      inlinePolicies: {
        Run: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: "CallFunctions",
              actions: ["lambda:InvokeFunction"],
              resources: props.handlers.map(({ functionArn }) => functionArn),
            }),
            new PolicyStatement({
              sid: "DeliverLog",
              actions: [
                "logs:CreateLogDelivery",
                "logs:GetLogDelivery",
                "logs:UpdateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:DescribeResourcePolicies",
                "logs:DescribeLogGroups",
              ],
              resources: ["*"],
            }),
          ],
        }),
      },
    });
    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "CloudWatch Logs knows no resources for the delivery of logs by AWS's services.",
    });
    super(scope, id, {
      comment: props.comment,
      definitionBody: DefinitionBody.fromChainable(props.definition),
      timeout: props.timeout,
      // CDK's own grants would cover every version and alias of the functions too.
      role: role.withoutPolicyUpdates(),
      logs: {
        destination: logGroup,
        level: LogLevel.ALL,
        includeExecutionData: true, // spans, days and counts; no entries
      },
    });
    this.#role = role;
    Validations.of(this).acknowledge({
      id: "AwsSolutions-SF2",
      reason: "Its log has every step with its times, and the functions send nothing to X-Ray.",
    });
    const mapPolicy = this.node.tryFindChild("DistributedMapPolicy") as Policy | undefined;
    if (mapPolicy !== undefined) {
      mapPolicy.attachToRole(role); // CDK has attached it to the role that takes no updates
      const { Statement } = Stack.of(this).resolve(mapPolicy.document);
      acknowledgeWildcards(
        mapPolicy,
        Statement.flatMap(({ Resource }: { Resource: string | string[] }) => Resource),
        "It ends a prefix: executions of this state machine, which its map starts.",
      );
    }
  }

  /** Let it do one more thing. */
  allow(grant: Grant): void {
    allow(this.#role, grant);
  }

  /** Let it use a key through one service only; nothing happens where there is no key. */
  allowKey(service: string, key: IKey | undefined, actions: string[]): void {
    allowKey(this.#role, service, key, actions);
  }

  /** Executions that nobody stopped and that did not succeed. */
  metricEndedBadly(): MathExpression {
    const period = Duration.minutes(5);
    return new MathExpression({
      label: "failed or timed out",
      expression: "FILL(failed, 0) + FILL(timedOut, 0)",
      usingMetrics: {
        failed: this.metricFailed({ period }),
        timedOut: this.metricTimedOut({ period }),
      },
      period,
    });
  }
}
