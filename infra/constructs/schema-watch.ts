import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { type IWidget, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { ScheduleExpression, ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { SCHEMA_WATCH_ENVIRONMENT, writeEnvironment } from "../../lib/stack/environment.ts";
import { SCHEMA_WATCH_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { SourceConfig } from "../config/schema.ts";
import { allowMemoryAndAlerts } from "./detection-access.ts";
import { functionMetric, graph, type Monitoring } from "./monitoring.ts";
import { NodeFunction } from "./node-function.ts";
import type { Notifications } from "./notifications.ts";
import { StartSchedule } from "./start-schedule.ts";

export interface SchemaWatchProps {
  sources: SourceConfig[];
  /** Holds what was seen before. */
  memory: ITable;
  /** Where changes are reported. */
  notifications: Notifications;
  deadLetters: IQueue;
  monitoring: Monitoring;
  /** Seconds. */
  logRetention: number;
  removalPolicy: RemovalPolicy;
}

/** How often Slack's lists are looked at. */
const INTERVAL = Duration.days(1);

/**
 * A daily look at what Slack says it can log, for each source that runs.
 *
 * A function, not a construct: stacks of version 0.1 have its resources right
 * below the detection, by the name Drift.
 */
export function addSchemaWatch(scope: Construct, props: SchemaWatchProps): void {
  const { memory, notifications, deadLetters, removalPolicy } = props;
  const handler = new NodeFunction(scope, "Drift", {
    folder: "schema-watch",
    description: "Compares Slack's audit log actions and schemas with the last look",
    memoryMb: 256,
    timeout: Duration.minutes(2),
    retryAttempts: 2, // the next start is a day away
    logRetentionDays: props.logRetention / SECONDS_PER_DAY,
    removalPolicy,
    environment: {
      ...props.monitoring.environmentOf(SERVICES.schemaWatch),
      ...writeEnvironment(SCHEMA_WATCH_ENVIRONMENT, {
        DETECTION_TABLE: memory.tableName,
        ALERT_TOPIC_ARN: notifications.topic.topicArn,
      }),
    },
  });
  allowMemoryAndAlerts(handler, memory, ["vocabulary"], notifications);

  const group = new ScheduleGroup(scope, "Schedules", { removalPolicy: RemovalPolicy.DESTROY });
  const sources = props.sources.filter(({ enabled }) => enabled);
  for (const { name, apiBase } of sources) {
    new StartSchedule(scope, `Drift-${name}`, {
      description: `Compares what Slack logs of ${name} with the last look`,
      schedule: ScheduleExpression.rate(INTERVAL),
      interval: INTERVAL,
      input: { source: name, apiBase },
      starts: handler,
      group,
      deadLetters,
    });
  }
  props.monitoring.add({
    subject: "detection",
    alarms: [
      {
        article: "schema-check-failing",
        summary: "The daily look at what Slack logs failed.",
        metric: handler.metricErrors({ period: Duration.minutes(5) }),
      },
    ],
    row: { title: "Schema watch", widgets: sources.map(widget) },
  });
}

function widget({ name: source }: SourceConfig): IWidget {
  const metrics = Object.values(SCHEMA_WATCH_METRICS).map((metric) =>
    functionMetric(SERVICES.schemaWatch, metric, {
      source,
      statistic: Stats.SUM,
      period: INTERVAL,
    }),
  );
  return graph(`Slack's lists for ${source}`, metrics);
}
