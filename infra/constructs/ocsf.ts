import { Aws, Duration, type RemovalPolicy } from "aws-cdk-lib";
import { type IWidget, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { CfnTable } from "aws-cdk-lib/aws-glue";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Bucket, type IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { CLASS_NAMES, CLASSES } from "../../lib/ocsf/classes.ts";
import { classLocation, FINDINGS_CLASS } from "../../lib/security-lake/event-key.ts";
import { eventTable } from "../../lib/sql/ocsf-tables.ts";
import { EVENTS_ENVIRONMENT, writeEnvironment } from "../../lib/stack/environment.ts";
import { EVENTS_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import type { LakeConfig } from "../config/schema.ts";
import { encryptedBucket } from "./bucket-settings.ts";
import type { Catalog } from "./catalog.ts";
import type { contextFiles } from "./detection-files.ts";
import { viaService } from "./grant.ts";
import { type AlarmSpec, functionMetric, graph, type Monitoring } from "./monitoring.ts";
import { NodeFunction } from "./node-function.ts";
import { allowSealedDays } from "./source-access.ts";

export interface OcsfStoreProps {
  config: LakeConfig["ocsf"];
  archiveStartsOn: string;
  catalog: Catalog;
  key: IKey;
  accessLogs: IBucket;
  removalPolicy: RemovalPolicy;
}

/**
 * Where events are: a bucket that any subscriber reads, in the form of Security Lake's custom
 * sources, and a table a class. All of it is derived from the archive.
 */
export class OcsfStore extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props: OcsfStoreProps) {
    super(scope, id);
    const { config, catalog, key, accessLogs, archiveStartsOn, removalPolicy } = props;
    this.bucket = new Bucket(this, "Bucket", {
      ...encryptedBucket({ key, accessLogs, removalPolicy }),
      serverAccessLogsPrefix: "ocsf/",
    });
    for (const className of CLASS_NAMES) {
      const table = new CfnTable(this, className, {
        catalogId: Aws.ACCOUNT_ID,
        databaseName: catalog.database,
        tableInput: eventTable(className, {
          bucketName: this.bucket.bucketName,
          location: classLocation(className, config.schemaVersion),
          version: config.schemaVersion,
          region: Aws.REGION,
          accountId: Aws.ACCOUNT_ID,
          archiveStartsOn,
        }),
      });
      table.addResourceDependency(catalog.lastTable);
    }
  }
}

export interface OcsfWriterProps {
  config: LakeConfig["ocsf"];
  /** The source's name. */
  source: string;
  bucket: IBucket;
  eventsBucket: IBucket;
  /** Whether alerts are kept in the archive's bucket. */
  hasAlertLog: boolean;
  /** Beside the function's code: what says more of addresses and people. */
  files: ReturnType<typeof contextFiles>;
  /** Of the events. */
  key: IKey;
  monitoring: Monitoring;
  logRetentionDays: number;
  removalPolicy: RemovalPolicy;
}

/** Writes the sealed days of one organization as events. */
export class OcsfWriter extends Construct {
  readonly handler: IFunction;
  readonly timeout = Duration.minutes(15);
  readonly alarms: AlarmSpec[];
  readonly widgets: IWidget[];

  constructor(scope: Construct, id: string, props: OcsfWriterProps) {
    super(scope, id);
    const { source, bucket, eventsBucket } = props;
    const handler = new NodeFunction(this, "Function", {
      folder: "ocsf",
      description: `Writes the sealed days of ${source} as events of OCSF`,
      memoryMb: 1769, // a vCPU
      timeout: this.timeout,
      files: props.files,
      logRetentionDays: props.logRetentionDays,
      removalPolicy: props.removalPolicy,
      environment: {
        ...props.monitoring.environmentOf(SERVICES.events),
        ...writeEnvironment(EVENTS_ENVIRONMENT, {
          SOURCE: source,
          ARCHIVE_BUCKET: bucket.bucketName,
          EVENTS_BUCKET: eventsBucket.bucketName,
          SCHEMA_VERSION: props.config.schemaVersion,
          EVENTS_REGION: Aws.REGION,
          EVENTS_ACCOUNT: Aws.ACCOUNT_ID,
          ALERT_LOG: props.hasAlertLog ? "on" : undefined,
        }),
      },
    });
    allowSealedDays(handler, bucket, source);
    handler.allow({
      sid: "ListManifests",
      actions: ["s3:ListBucket"],
      resources: [bucket.bucketArn],
      conditions: { StringLike: { "s3:prefix": [`${PREFIXES.manifests}source=${source}/*`] } },
    });
    handler.allow({
      sid: "WriteEvents",
      actions: ["s3:PutObject"],
      resources: [`ext/*/${source}_r*`, `marks/*/source=${source}/*`].map((path) =>
        eventsBucket.arnForObjects(path),
      ),
      conditions: { Null: { "s3:if-none-match": "false" } },
      whyWildcard:
        "Classes, versions and days are in the path: only files and marks of this source.",
    });
    handler.allow({
      sid: "RemoveBegunEvents",
      actions: ["s3:DeleteObject"],
      resources: [eventsBucket.arnForObjects(`ext/*/${source}_r*`)],
      whyWildcard: "Classes, versions and days are in the path: only files of this source.",
    });
    handler.allow({
      sid: "ListEvents",
      actions: ["s3:ListBucket"],
      resources: [eventsBucket.bucketArn],
    });
    if (props.hasAlertLog) allowAlerts(handler, props);
    handler.allowKey("s3", bucket.encryptionKey, ["kms:Decrypt"]);
    handler.allow({
      sid: "UseEventsKey",
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [props.key.keyArn],
      conditions: viaService(handler, "s3"),
    });
    this.handler = handler;

    const metric = (name: keyof typeof EVENTS_METRICS) =>
      functionMetric(SERVICES.events, EVENTS_METRICS[name], {
        source,
        statistic: Stats.SUM,
        period: Duration.days(1), // once a day there is something to do
      });
    this.alarms = [
      {
        article: "day-without-events",
        summary: `A day of ${source} is not written as events: its lines are not what was sealed, or its alerts not what was logged.`,
        metric: metric("notWritten"),
      },
    ];
    this.widgets = [graph("Entries written as events", [metric("written"), metric("notWritten")])];
  }
}

/** Reads the source's alerts, and which of them it has noted; adds files of them, and removes none. */
function allowAlerts(
  handler: NodeFunction,
  { source, bucket, eventsBucket }: Pick<OcsfWriterProps, "source" | "bucket" | "eventsBucket">,
): void {
  const alerts = `${PREFIXES.alerts}source=${source}/*`;
  handler.allow({
    sid: "ReadAlerts",
    actions: ["s3:GetObject"],
    resources: [bucket.arnForObjects(alerts)],
    whyWildcard: "It ends a prefix: any alert of this source, and of no other.",
  });
  handler.allow({
    sid: "ListAlerts",
    actions: ["s3:ListBucket"],
    resources: [bucket.bucketArn],
    conditions: { StringLike: { "s3:prefix": [alerts] } },
  });
  handler.allow({
    sid: "ReadNotedAlerts",
    actions: ["s3:GetObject"],
    resources: [eventsBucket.arnForObjects(`marks/*/source=${source}/*/alerts/*`)],
    whyWildcard: "Versions and days are in the path: only marks of this source's alerts.",
  });
  handler.allow({
    sid: "WriteFindings",
    actions: ["s3:PutObject"],
    resources: [
      eventsBucket.arnForObjects(`ext/slack-${CLASSES[FINDINGS_CLASS].uid}/*/${source}_alerts_*`),
    ],
    conditions: { Null: { "s3:if-none-match": "false" } },
    whyWildcard: "Versions and days are in the path: only findings of this source.",
  });
}
