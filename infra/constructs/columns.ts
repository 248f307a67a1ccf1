import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import { type IWidget, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { TABLE_MARKS_PREFIX } from "../../lib/archive/columns-key.ts";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { AUDIT_LOGS_VIEW } from "../../lib/sql/audit-logs-view.ts";
import { COMPACT_TABLE, LINES_TABLE } from "../../lib/sql/table.ts";
import { COLUMNS_ENVIRONMENT, writeEnvironment } from "../../lib/stack/environment.ts";
import { COLUMNS_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import type { LakeConfig } from "../config/schema.ts";
import { allowQueries, allowResults, glueArn } from "./athena-access.ts";
import type { Catalog } from "./catalog.ts";
import { grantColumnsWriter } from "./lake-formation.ts";
import { type AlarmSpec, functionMetric, graph, type Monitoring } from "./monitoring.ts";
import { NodeFunction } from "./node-function.ts";
import { allowSealedDays } from "./source-access.ts";

export interface ColumnsProps {
  /** The source's name. */
  source: string;
  bucket: IBucket;
  resultsBucket: IBucket;
  columnsBucket: IBucket;
  /** Of results and columns. */
  key: IKey;
  catalog: Catalog;
  lakeFormation: LakeConfig["catalog"]["lakeFormation"];
  monitoring: Monitoring;
  logRetentionDays: number;
  removalPolicy: RemovalPolicy;
}

/**
 * A whole vCPU: one run hashes each line of a day, 5 to 11 CPU seconds a million, also of a day of
 * 50 million. An hour of 4.3 million took 630 MB with the sizes that Lambda gives such a function.
 */
const MEMORY_MB = 1769;

/**
 * Puts sealed days into the columns table, by statements to Athena, which runs
 * them with the function's own rights. The table is Iceberg: its files are
 * replaced, so that in its bucket, and nowhere else, objects are deleted.
 */
export class Columns extends Construct {
  readonly handler: IFunction;
  /** What a run is granted at most: Athena works, and the function waits. */
  readonly timeout = Duration.minutes(15);
  readonly alarms: AlarmSpec[];
  readonly widgets: IWidget[];

  constructor(scope: Construct, id: string, props: ColumnsProps) {
    super(scope, id);
    const handler = new NodeFunction(this, "Function", {
      folder: "columns",
      description: `Puts sealed days of ${props.source} into the columns table`,
      memoryMb: MEMORY_MB,
      timeout: this.timeout,
      logRetentionDays: props.logRetentionDays,
      removalPolicy: props.removalPolicy,
      environment: {
        ...props.monitoring.environmentOf(SERVICES.columns),
        ...writeEnvironment(COLUMNS_ENVIRONMENT, {
          SOURCE: props.source,
          ARCHIVE_BUCKET: props.bucket.bucketName,
          COLUMNS_BUCKET: props.columnsBucket.bucketName,
          DATABASE: props.catalog.database,
          WORKGROUP: props.catalog.workgroup,
        }),
      },
    });
    this.#allowArchive(handler, props);
    this.#allowTable(handler, props);
    this.#allowQueries(handler, props);
    allowResults(handler, props.resultsBucket, props.key);
    if (props.lakeFormation !== "off" && handler.role)
      grantColumnsWriter(handler.role, props.catalog);
    this.handler = handler;

    const metric = (name: keyof typeof COLUMNS_METRICS) =>
      functionMetric(SERVICES.columns, COLUMNS_METRICS[name], {
        source: props.source,
        statistic: Stats.SUM,
        period: Duration.days(1), // once a day there is something to do
      });
    this.alarms = [
      {
        article: "day-not-compacted",
        summary: `The lines of a sealed day of ${props.source} are not what was sealed.`,
        metric: metric("notWritten"),
      },
    ];
    this.widgets = [graph("Days compacted", [metric("written"), metric("notWritten")])];
  }

  #allowArchive(handler: NodeFunction, { source, bucket }: ColumnsProps): void {
    allowSealedDays(handler, bucket, source);
    handler.allow({
      sid: "ReadAddenda",
      actions: ["s3:GetObject"],
      resources: [bucket.arnForObjects(`${PREFIXES.addenda}source=${source}/*`)],
      whyWildcard: "It ends a prefix: any object of this source, and of no other.",
    });
    handler.allow({
      sid: "MarkDays",
      actions: ["s3:PutObject"],
      resources: [bucket.arnForObjects(`${TABLE_MARKS_PREFIX}source=${source}/*`)],
      conditions: { Null: { "s3:if-none-match": "false" } },
      whyWildcard: "It ends a prefix: any day of this source, and of no other.",
    });
    handler.allow({
      sid: "ListObjects",
      actions: ["s3:ListBucket"],
      resources: [bucket.bucketArn],
      conditions: {
        StringLike: {
          "s3:prefix": [
            `${PREFIXES.auditLogs}source=${source}/*`,
            `${PREFIXES.manifests}*`,
            `${PREFIXES.addenda}source=${source}/*`,
            `${TABLE_MARKS_PREFIX}*`,
          ],
        },
      },
    });
    handler.allow({
      sid: "FindBucket",
      actions: ["s3:GetBucketLocation"],
      resources: [bucket.bucketArn],
    });
    handler.allowKey("s3", bucket.encryptionKey, ["kms:Decrypt", "kms:GenerateDataKey"]);
  }

  #allowTable(handler: NodeFunction, { columnsBucket }: ColumnsProps): void {
    handler.allow({
      sid: "KeepTable",
      actions: [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      resources: [columnsBucket.arnForObjects("*")],
      whyWildcard: "The bucket has nothing but the table, whose files Iceberg names itself.",
    });
    handler.allow({
      sid: "FindTable",
      actions: ["s3:GetBucketLocation", "s3:ListBucket"],
      resources: [columnsBucket.bucketArn],
    });
  }

  #allowQueries(handler: NodeFunction, { catalog }: ColumnsProps): void {
    allowQueries(handler, catalog, [LINES_TABLE, AUDIT_LOGS_VIEW, COMPACT_TABLE]);
    const { database } = catalog;
    handler.allow({
      sid: "FindDefaultDatabase", // Athena looks for it at every statement that makes something
      actions: ["glue:GetDatabase"],
      resources: [glueArn(handler, "database/default")],
    });
    handler.allow({
      sid: "ChangeTables",
      actions: ["glue:CreateTable", "glue:UpdateTable"],
      resources: [
        glueArn(handler, "catalog"),
        glueArn(handler, `database/${database}`),
        ...[AUDIT_LOGS_VIEW, COMPACT_TABLE].map((name) =>
          glueArn(handler, `table/${database}/${name}`),
        ),
      ],
    });
  }
}
