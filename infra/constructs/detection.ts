import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import { AttributeType, BillingMode, type ITable, Table } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { ADDRESS_LINES } from "../../lib/sql/address-context.ts";
import { DETECT_ENVIRONMENT } from "../../lib/stack/detect-environment.ts";
import { writeEnvironment } from "../../lib/stack/environment.ts";
import { DETECT_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { LakeConfig, SourceConfig } from "../config/schema.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { allowMemoryAndAlerts } from "./detection-access.ts";
import { detectionFiles } from "./detection-files.ts";
import { viaService } from "./grant.ts";
import { functionMetric, graph, type Monitored, type Monitoring } from "./monitoring.ts";
import { NodeFunction } from "./node-function.ts";
import type { Notifications } from "./notifications.ts";
import { Routing } from "./routing.ts";
import { addSchemaWatch } from "./schema-watch.ts";

export interface DetectionProps {
  config: LakeConfig["detection"];
  /** Whether alerts are kept in the bucket. */
  hasAlertLog: boolean;
  sources: SourceConfig[];
  bucket: IBucket;
  /** Of secrets. */
  key: IKey;
  /** Holds what is known of addresses, when that is kept. */
  resultsBucket: IBucket;
  /** Announces each new object. */
  newObjects: ITopic;
  /** Where alerts go. */
  notifications: Notifications;
  monitoring: Monitoring;
  /** Seconds. */
  logRetention: number;
  removalPolicy: RemovalPolicy;
}

/** One object: half a minute when it has thousands of subjects to correlate. */
const TIMEOUT = Duration.minutes(2);
const RECEIVES_BEFORE_DEAD_LETTERS = 5;

/**
 * The ready consumer of the archive's events: rules over each new object,
 * alerts to people; and a daily look at what Slack says it can log.
 */
export class Detection extends Construct {
  constructor(scope: Construct, id: string, props: DetectionProps) {
    super(scope, id);
    const { sources, notifications, monitoring, logRetention, removalPolicy } = props;
    const deadLetters = new DeadLetterQueue(this, "DeadLetters", {
      subject: "detection",
      monitoring,
    });
    const queue = new Queue(this, "NewObjects", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(6 * TIMEOUT.toSeconds()), // as AWS advises
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: RECEIVES_BEFORE_DEAD_LETTERS },
    });
    props.newObjects.addSubscription(
      new SqsSubscription(queue, { rawMessageDelivery: true, deadLetterQueue: deadLetters }),
    );
    const memory = new Table(this, "Memory", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      timeToLiveAttribute: "expiresAt",
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy,
    });
    const handler = this.#addFunction(memory, queue, props);
    monitoring.add(monitored(handler, queue));
    addSchemaWatch(this, {
      ...{ sources, memory, notifications, deadLetters, monitoring, logRetention, removalPolicy },
    });
    new Routing(this, "Routing", {
      ...{ config: props.config, key: props.key },
      ...{ memory, notifications, monitoring, logRetention, removalPolicy },
    });
  }

  #addFunction(memory: ITable, queue: Queue, props: DetectionProps): IFunction {
    const { config, bucket, notifications } = props;
    const handler = new NodeFunction(this, "Detect", {
      folder: "detect",
      description: "Asks the detection rules about new Slack audit logs",
      memoryMb: 512,
      timeout: TIMEOUT,
      files: detectionFiles(config),
      logRetentionDays: props.logRetention / SECONDS_PER_DAY,
      removalPolicy: props.removalPolicy,
      environment: {
        ...props.monitoring.environmentOf(SERVICES.detect),
        ...writeEnvironment(DETECT_ENVIRONMENT, {
          ARCHIVE_BUCKET: bucket.bucketName,
          DETECTION_TABLE: memory.tableName,
          ADDRESS_TABLE_BUCKET: config.addressTable ? props.resultsBucket.bucketName : undefined,
          ALERT_TOPIC_ARN: notifications.topic.topicArn,
          DETECTION_RULES: config.rules,
          OWN_APP_IDS: config.ownAppIds,
          OWN_INSTALLER_IDS: config.ownInstallerIds,
          ALERT_PERIOD_SECONDS: config.alertPeriod,
          ALERT_LOG: props.hasAlertLog ? "on" : undefined,
          MAX_ENTRY_AGE_DAYS: config.maxEntryAge / SECONDS_PER_DAY,
        }),
      },
    });
    handler.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 1, // one of 50 million entries a day takes half a minute
        reportBatchItemFailures: true,
      }),
    );
    handler.allow({
      sid: "ReadObjects",
      actions: ["s3:GetObject"],
      resources: [bucket.arnForObjects(`${PREFIXES.auditLogs}*`)],
      whyWildcard: "It ends a prefix: the entries of all sources, which is what rules look at.",
    });
    if (props.hasAlertLog) {
      handler.allow({
        sid: "KeepAlerts",
        actions: ["s3:PutObject"],
        resources: [bucket.arnForObjects(`${PREFIXES.alerts}*`)],
        // Only with `If-None-Match`: it adds alerts and cannot change any.
        conditions: { Null: { "s3:if-none-match": "false" } },
        whyWildcard: "It ends a prefix: the alerts of all sources, and nothing else.",
      });
    }
    handler.allowKey("s3", bucket.encryptionKey, [
      "kms:Decrypt",
      ...(props.hasAlertLog ? ["kms:GenerateDataKey"] : []),
    ]);
    if (config.addressTable) {
      const { resultsBucket } = props;
      handler.allow({
        sid: "WriteAddresses",
        actions: ["s3:PutObject"],
        resources: [resultsBucket.arnForObjects(`${ADDRESS_LINES.prefix}*`)],
        whyWildcard: "It ends a prefix: each object of entries has one of their addresses.",
      });
      const { encryptionKey } = resultsBucket;
      if (encryptionKey !== undefined) {
        handler.allow({
          sid: "UseAddressesKey",
          actions: ["kms:GenerateDataKey"],
          resources: [encryptionKey.keyArn],
          conditions: viaService(handler, "s3"),
        });
      }
    }
    allowMemoryAndAlerts(handler, memory, ["alert", "correlation", "vocabulary"], notifications);
    return handler;
  }
}

function monitored(handler: IFunction, queue: Queue): Monitored {
  const period = Duration.minutes(5);
  const metric = (name: keyof typeof DETECT_METRICS) =>
    functionMetric(SERVICES.detect, DETECT_METRICS[name], { statistic: Stats.SUM, period });
  const metrics = (...names: (keyof typeof DETECT_METRICS)[]) => names.map(metric);
  return {
    subject: "detection",
    alarms: [
      {
        article: "detection-late",
        summary: "New objects have waited for the detection for more than 15 minutes.",
        metric: queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
        threshold: 15 * 60,
      },
      {
        article: "rule-failing",
        summary: "A detection rule failed on an entry, so an alert may be missing.",
        metric: metric("ruleFailures"),
      },
      {
        article: "unreadable-lines",
        summary: "The archive holds lines that are no entries.",
        metric: metric("unreadable"),
      },
    ],
    row: {
      title: "Detection",
      widgets: [
        graph("Alerts", metrics("matches", "published", "suppressed", "withheld")),
        graph("Looked at", metrics("objects", "tooOld", "entries")),
        graph("New in Slack's vocabulary", metrics("newNames")),
        graph("Went wrong", metrics("failed", "ruleFailures", "unreadable")),
        graph("Waiting, seconds", [queue.metricApproximateAgeOfOldestMessage({ period })]),
        graph("Invocations", [
          handler.metricInvocations({ period }),
          handler.metricErrors({ period }),
        ]),
      ],
    },
  };
}
