import { Duration, type RemovalPolicy, Stack } from "aws-cdk-lib";
import { type Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { SubscriptionFilter } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { TargetSettings } from "../../lib/notify/target-settings.ts";
import { DELIVERY_ATTEMPTS } from "../../lib/stack/delivery-attempts.ts";
import { deliveryKey } from "../../lib/stack/detection-keys.ts";
import { writeEnvironment } from "../../lib/stack/environment.ts";
import { NOTIFY_METRICS, SERVICES, TARGET_DIMENSION } from "../../lib/stack/metrics.ts";
import { NOTIFY_ENVIRONMENT } from "../../lib/stack/notify-environment.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { LakeConfig } from "../config/schema.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { allowMemory } from "./detection-access.ts";
import { functionMetric, graph, type Monitored, type Monitoring } from "./monitoring.ts";
import { NodeFunction } from "./node-function.ts";
import type { Notifications } from "./notifications.ts";

export interface RoutingProps {
  config: Pick<LakeConfig["detection"], "targets" | "routes">;
  /** Holds which target has which alert. */
  memory: ITable;
  /** Where alerts come from. */
  notifications: Notifications;
  /** Secrets may be encrypted under it. */
  key: IKey;
  monitoring: Monitoring;
  /** Seconds. */
  logRetention: number;
  removalPolicy: RemovalPolicy;
}

/** Reading a secret and sending to Jira, each with its retries. */
const TIMEOUT = Duration.minutes(2);

/**
 * Brings alerts to the targets of the configuration. Each has a queue at the topic of the alerts, a
 * function and dead letters of its own: one that fails holds up no other.
 */
export class Routing extends Construct {
  constructor(scope: Construct, id: string, props: RoutingProps) {
    super(scope, id);
    const targets = Object.entries(props.config.targets);
    for (const [name, settings] of targets) this.#addTarget(name, settings, props);
    if (targets.length > 0) {
      const widgets = targets.map(([name]) =>
        graph(
          name,
          (["delivered", "failed", "refused"] as const).map((metric) => metricOf(name, metric)),
        ),
      );
      props.monitoring.add({ subject: "targets", row: { title: "Targets of alerts", widgets } });
    }
  }

  #addTarget(name: string, settings: TargetSettings, props: RoutingProps): void {
    const { config, memory, notifications, monitoring } = props;
    const deadLetters = new DeadLetterQueue(this, `${name}DeadLetters`, {
      subject: `target-${name}`,
      monitoring,
    });
    const queue = new Queue(this, `${name}Alerts`, {
      // With a key of ours, SNS could not send to it unless the key's policy named SNS.
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      visibilityTimeout: Duration.seconds(6 * TIMEOUT.toSeconds()), // as AWS advises
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: DELIVERY_ATTEMPTS },
    });
    notifications.topic.addSubscription(
      new SqsSubscription(queue, {
        rawMessageDelivery: true,
        deadLetterQueue: deadLetters,
        // Not the alarms and the schema watch; which alerts, the function decides.
        filterPolicy: { type: SubscriptionFilter.stringFilter({ allowlist: ["alert"] }) },
      }),
    );
    const handler = new NodeFunction(this, `${name}Notify`, {
      folder: "notify",
      description: `Sends alerts to ${name}`,
      memoryMb: 256,
      timeout: TIMEOUT,
      logRetentionDays: props.logRetention / SECONDS_PER_DAY,
      removalPolicy: props.removalPolicy,
      environment: {
        ...monitoring.environmentOf(SERVICES.notify),
        ...writeEnvironment(NOTIFY_ENVIRONMENT, {
          TARGET_NAME: name,
          TARGET: settings,
          ROUTES: config.routes
            .filter(({ targets }) => targets.includes(name))
            .map((route) => ({ ...route, targets: [name] })),
          DETECTION_TABLE: memory.tableName,
          QUEUE_URL: queue.queueUrl,
          DEAD_LETTERS_URL: deadLetters.queueUrl,
        }),
      },
    });
    handler.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 1, // each waits as long as its own attempts say
        maxConcurrency: 2, // the fewest: a flood of alerts is no reason to flood the target
        reportBatchItemFailures: true,
      }),
    );
    allowMemory(handler, memory, [deliveryKey(name)]);
    handler.allow({
      sid: "PutAside",
      actions: ["sqs:SendMessage"],
      resources: [deadLetters.queueArn],
    });
    this.#allowTarget(handler, settings, props.key);
    monitoring.add(monitored(name));
  }

  #allowTarget(handler: NodeFunction, settings: TargetSettings, key: IKey): void {
    switch (settings.type) {
      case "eventbridge":
        handler.allow({ sid: "Send", actions: ["events:PutEvents"], resources: [settings.busArn] });
        return;
      case "sns": {
        const { topicArn, kmsKeyArn } = settings;
        handler.allow({ sid: "Send", actions: ["sns:Publish"], resources: [topicArn] });
        const topicKey =
          kmsKeyArn === undefined
            ? undefined
            : Key.fromKeyArn(this, `${handler.node.id}TopicKey`, kmsKeyArn);
        handler.allowKey("sns", topicKey, ["kms:Decrypt", "kms:GenerateDataKey"]);
        return;
      }
      default:
        handler.allow({
          sid: "ReadSecret",
          actions: ["secretsmanager:GetSecretValue"],
          resources: [this.#secretArn(settings.secret)],
        });
        handler.allowKey("secretsmanager", key, ["kms:Decrypt"]);
    }
  }

  /** Secrets Manager ends each ARN with six characters of its own. */
  #secretArn(nameOrArn: string): string {
    if (nameOrArn.startsWith("arn:")) return nameOrArn;
    const { partition, region, account } = Stack.of(this);
    return `arn:${partition}:secretsmanager:${region}:${account}:secret:${nameOrArn}-??????`;
  }
}

function monitored(name: string): Monitored {
  return {
    subject: `target-${name}`,
    alarms: [
      {
        article: "target-failing",
        summary: `Alerts could not be sent to ${name} three times within half an hour; they are tried again.`,
        metric: metricOf(name, "failed", Duration.minutes(30)),
        threshold: 3,
      },
    ],
  };
}

function metricOf(
  target: string,
  metric: keyof typeof NOTIFY_METRICS,
  period = Duration.minutes(5),
): Metric {
  return functionMetric(SERVICES.notify, NOTIFY_METRICS[metric], {
    statistic: Stats.SUM,
    period,
    dimensionsMap: { service: SERVICES.notify, [TARGET_DIMENSION]: target },
  });
}
