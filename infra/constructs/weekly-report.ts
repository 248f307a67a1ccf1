import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import {
  ContextAttribute,
  type IScheduleGroup,
  ScheduleExpression,
} from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { sealWriter } from "../../lib/archive/writer.ts";
import { ALERTS_VIEW } from "../../lib/sql/alerts-view.ts";
import { ARCHIVE_HOURS_VIEW } from "../../lib/sql/archive-hours-view.ts";
import { AUDIT_LOGS_VIEW } from "../../lib/sql/audit-logs-view.ts";
import { ALERTS_TABLE, COMPACT_TABLE, LINES_TABLE, MANIFESTS_TABLE } from "../../lib/sql/table.ts";
import { writeEnvironment } from "../../lib/stack/environment.ts";
import { SERVICES } from "../../lib/stack/metrics.ts";
import { REPORT_ENVIRONMENT } from "../../lib/stack/report-environment.ts";
import { REPORTS_PREFIX } from "../../lib/stack/report-key.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { LakeConfig } from "../config/schema.ts";
import { allowQueries, allowResults } from "./athena-access.ts";
import type { Catalog } from "./catalog.ts";
import type { contextFiles } from "./detection-files.ts";
import { grantQueries } from "./lake-formation.ts";
import type { Monitoring } from "./monitoring.ts";
import { NodeFunction } from "./node-function.ts";
import type { Notifications } from "./notifications.ts";
import { atTime, StartSchedule } from "./start-schedule.ts";

export interface WeeklyReportProps {
  config: LakeConfig["weeklyReport"];
  /** Names of the sources. */
  sources: string[];
  /** Whether alerts are kept in the bucket. */
  hasAlertLog: boolean;
  /** What says in which country an address is, beside the code. */
  files: ReturnType<typeof contextFiles>;
  bucket: IBucket;
  columnsBucket: IBucket;
  /** Gets the pages. */
  resultsBucket: IBucket;
  /** Of results and columns. */
  key: IKey;
  checkpoints: ITable;
  catalog: Catalog;
  lakeFormation: LakeConfig["catalog"]["lakeFormation"];
  notifications: Notifications;
  schedules: IScheduleGroup;
  deadLetters: IQueue;
  monitoring: Monitoring;
  /** Seconds. */
  logRetention: number;
  removalPolicy: RemovalPolicy;
}

/** Each Monday, the report of the week before: a page in the bucket of results, and where it is to the topic. */
export class WeeklyReport extends Construct {
  constructor(scope: Construct, id: string, props: WeeklyReportProps) {
    super(scope, id);
    const { sources, notifications, removalPolicy } = props;
    const description = "Writes the weekly report about the Slack audit logs";
    const handler = new NodeFunction(this, "Function", {
      folder: "report",
      description,
      files: props.files,
      memoryMb: 1024,
      timeout: Duration.minutes(15), // Athena works, and the function waits
      retryAttempts: 1, // the next start is a week away; each attempt pays for its queries
      logRetentionDays: props.logRetention / SECONDS_PER_DAY,
      removalPolicy,
      environment: {
        ...props.monitoring.environmentOf(SERVICES.report),
        ...writeEnvironment(REPORT_ENVIRONMENT, {
          SOURCES: sources,
          ARCHIVE_BUCKET: props.bucket.bucketName,
          RESULTS_BUCKET: props.resultsBucket.bucketName,
          CHECKPOINT_TABLE: props.checkpoints.tableName,
          DATABASE: props.catalog.database,
          WORKGROUP: props.catalog.workgroup,
          ALERT_TOPIC_ARN: notifications.topic.topicArn,
          ALERT_LOG: props.hasAlertLog ? "on" : undefined,
        }),
      },
    });
    this.#allowData(handler, props);
    allowQueries(handler, props.catalog, [
      ...[AUDIT_LOGS_VIEW, LINES_TABLE, COMPACT_TABLE],
      ...[ARCHIVE_HOURS_VIEW, MANIFESTS_TABLE, ALERTS_VIEW, ALERTS_TABLE],
    ]);
    allowResults(handler, props.resultsBucket, props.key);
    handler.allow({
      sid: "WriteReports",
      actions: ["s3:PutObject"],
      resources: [props.resultsBucket.arnForObjects(`${REPORTS_PREFIX}*`)],
      whyWildcard: "It ends a prefix: the pages of all weeks, and nothing else.",
    });
    handler.allow({
      sid: "ReadSealingCheckpoints",
      actions: ["dynamodb:GetItem"],
      resources: [props.checkpoints.tableArn],
      conditions: {
        "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": sources.map(sealWriter) },
      },
    });
    handler.allow({
      sid: "Announce",
      actions: ["sns:Publish"],
      resources: [notifications.topic.topicArn],
    });
    handler.allowKey("sns", notifications.key, ["kms:Decrypt", "kms:GenerateDataKey"]);
    if (props.lakeFormation !== "off" && handler.role) grantQueries(handler.role, props.catalog);

    new StartSchedule(this, "Schedule", {
      description,
      schedule: ScheduleExpression.cron({ weekDay: "MON", ...atTime(props.config.at) }),
      interval: Duration.days(1), // the longest that a start may wait
      // When it was due, so that a start that waited is about the same week.
      input: { time: ContextAttribute.scheduledTime },
      starts: handler,
      group: props.schedules,
      deadLetters: props.deadLetters,
    });
    props.monitoring.add({
      subject: "weekly",
      alarms: [
        {
          article: "report-failing",
          summary: "The weekly report was not written, or nobody was told of it.",
          metric: handler.metricErrors({ period: Duration.minutes(5) }),
        },
      ],
    });
  }

  /** What the page says, for each source of the stack; others that the bucket has are none of its business. */
  #allowData(handler: NodeFunction, { sources, bucket, columnsBucket }: WeeklyReportProps): void {
    const below = (prefix: string) => sources.map((name) => `${prefix}source=${name}/*`);
    const read = [PREFIXES.auditLogs, PREFIXES.manifests, PREFIXES.alerts, PREFIXES.quarantine];
    handler.allow({
      sid: "ReadArchive",
      actions: ["s3:GetObject"],
      resources: read.flatMap(below).map((prefix) => bucket.arnForObjects(prefix)),
      whyWildcard:
        "It ends a prefix: any entry, manifest, alert and text in quarantine of the stack's sources.",
    });
    handler.allow({
      sid: "ListArchive",
      actions: ["s3:ListBucket"],
      resources: [bucket.bucketArn],
      conditions: { StringLike: { "s3:prefix": [...read, PREFIXES.signatures].flatMap(below) } },
    });
    handler.allow({
      sid: "ReadColumns",
      actions: ["s3:GetObject"],
      resources: [columnsBucket.arnForObjects("*")],
      whyWildcard: "The bucket has nothing but the table, whose files Iceberg names itself.",
    });
    handler.allow({
      sid: "FindBuckets",
      actions: ["s3:GetBucketLocation"],
      resources: [bucket.bucketArn, columnsBucket.bucketArn],
    });
    handler.allowKey("s3", bucket.encryptionKey, ["kms:Decrypt"]);
  }
}
