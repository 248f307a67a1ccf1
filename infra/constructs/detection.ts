import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, type ITable, Table } from "aws-cdk-lib/aws-dynamodb";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { ScheduleExpression, ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { type IQueue, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { Config, SourceConfig } from "../config/config.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { NodeFunction } from "./node-function.ts";
import type { Notifications } from "./notifications.ts";
import { StartSchedule } from "./start-schedule.ts";

export interface DetectionProps {
  config: Config["detection"];
  sources: SourceConfig[];
  bucket: IBucket;
  /** Announces each new object. */
  newObjects: ITopic;
  /** Where alerts go. */
  notifications: Notifications;
  /** Seconds. */
  logRetention: number;
  removalPolicy: RemovalPolicy;
}

/** One object after the other: seconds, however many are waiting. */
const TIMEOUT = Duration.minutes(2);
const RECEIVES_BEFORE_DEAD_LETTERS = 5;

/**
 * The ready consumer of the archive's events: rules over each new object,
 * alerts to people; and a daily look at what Slack says it can log.
 */
export class Detection extends Construct {
  readonly handler: IFunction;
  readonly schemaWatchHandler: IFunction;
  readonly queue: IQueue;
  readonly deadLetters: IQueue;

  constructor(scope: Construct, id: string, props: DetectionProps) {
    super(scope, id);
    this.deadLetters = new DeadLetterQueue(this, "DeadLetters");
    this.queue = new Queue(this, "NewObjects", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(6 * TIMEOUT.toSeconds()), // as AWS advises
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: RECEIVES_BEFORE_DEAD_LETTERS },
    });
    props.newObjects.addSubscription(
      new SqsSubscription(this.queue, {
        rawMessageDelivery: true,
        deadLetterQueue: this.deadLetters,
      }),
    );
    const table = new Table(this, "Memory", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      timeToLiveAttribute: "expiresAt",
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.removalPolicy,
    });
    this.handler = this.#addDetection(table, props);
    this.schemaWatchHandler = this.#addDrift(table, props);
  }

  #addDetection(table: ITable, props: DetectionProps): IFunction {
    const { config, bucket, notifications } = props;
    const handler = new NodeFunction(this, "Detect", {
      folder: "detect",
      description: "Asks the detection rules about new Slack audit logs",
      memoryMb: 512,
      timeout: TIMEOUT,
      logRetentionDays: props.logRetention / SECONDS_PER_DAY,
      removalPolicy: props.removalPolicy,
      environment: {
        ARCHIVE_BUCKET: bucket.bucketName,
        DETECTION_TABLE: table.tableName,
        ALERT_TOPIC_ARN: notifications.topic.topicArn,
        DETECTION_RULES: JSON.stringify(config.rules),
        OWN_APP_IDS: config.ownAppIds.join(","),
        OWN_INSTALLER_IDS: config.ownInstallerIds.join(","),
        ALERT_PERIOD_SECONDS: String(config.alertPeriod),
        MAX_ENTRY_AGE_DAYS: String(config.maxEntryAge / SECONDS_PER_DAY),
      },
    });
    handler.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 5, reportBatchItemFailures: true }),
    );
    handler.allow({
      sid: "ReadObjects",
      actions: ["s3:GetObject"],
      resources: [bucket.arnForObjects(`${PREFIXES.auditLogs}*`)],
      whyWildcard: "It ends a prefix: the entries of all sources, which is what rules look at.",
    });
    handler.allowKey("s3", bucket.encryptionKey, ["kms:Decrypt"]);
    allowMemoryAndAlerts(handler, table, notifications);
    return handler;
  }

  #addDrift(table: ITable, props: DetectionProps): IFunction {
    const handler = new NodeFunction(this, "Drift", {
      folder: "schema-watch",
      description: "Compares Slack's audit log actions and schemas with the last look",
      memoryMb: 256,
      timeout: Duration.minutes(2),
      retryAttempts: 2, // the next start is a day away
      logRetentionDays: props.logRetention / SECONDS_PER_DAY,
      removalPolicy: props.removalPolicy,
      environment: {
        DETECTION_TABLE: table.tableName,
        ALERT_TOPIC_ARN: props.notifications.topic.topicArn,
      },
    });
    allowMemoryAndAlerts(handler, table, props.notifications);

    const group = new ScheduleGroup(this, "Schedules", { removalPolicy: RemovalPolicy.DESTROY });
    const interval = Duration.days(1);
    for (const { name, apiBase } of props.sources.filter(({ enabled }) => enabled)) {
      new StartSchedule(this, `Drift-${name}`, {
        description: `Compares what Slack logs of ${name} with the last look`,
        schedule: ScheduleExpression.rate(interval),
        interval,
        input: { source: name, apiBase },
        starts: handler,
        group,
        deadLetters: this.deadLetters,
      });
    }
    return handler;
  }
}

function allowMemoryAndAlerts(
  handler: NodeFunction,
  table: ITable,
  { topic, key }: Notifications,
): void {
  handler.allow({
    sid: "Remember",
    actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    resources: [table.tableArn],
  });
  handler.allow({ sid: "Alert", actions: ["sns:Publish"], resources: [topic.topicArn] });
  handler.allowKey("sns", key, ["kms:Decrypt", "kms:GenerateDataKey"]);
}
