import { Duration, RemovalPolicy, SecretValue, Validations } from "aws-cdk-lib";
import { AttributeType, BillingMode, type ITable, Table } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import type { SourceConfig } from "../config.ts";
import { SECONDS_PER_DAY } from "../config-fields.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { FunctionSchedule } from "./function-schedule.ts";
import { NodeFunction } from "./node-function.ts";

export interface IngestionProps {
  sources: SourceConfig[];
  bucket: IBucket;
  key: IKey;
  /** Seconds. */
  logRetention: number;
  removalPolicy: RemovalPolicy;
}

/** What takes one organization's entries in. */
export interface IngestedSource {
  config: SourceConfig;
  tokenSecret: ISecret;
  handler: IFunction;
}

/** What a run is granted at most; it ends by itself well before. */
const TIMEOUT = Duration.minutes(5);

/**
 * The scheduled runs. Each source has a secret, a function and a schedule of
 * its own; one table holds an item for each.
 */
export class Ingestion extends Construct {
  readonly checkpoints: ITable;
  readonly deadLetters: IQueue;
  readonly sources: IngestedSource[];

  constructor(scope: Construct, id: string, props: IngestionProps) {
    super(scope, id);
    this.checkpoints = new Table(this, "Checkpoints", {
      partitionKey: { name: "source", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy: props.removalPolicy,
    });
    this.deadLetters = new DeadLetterQueue(this, "DeadLetters");
    const group = new ScheduleGroup(this, "Schedules", { removalPolicy: RemovalPolicy.DESTROY });
    this.sources = props.sources.map((config) => this.#addSource(config, group, props));
  }

  #addSource(config: SourceConfig, group: ScheduleGroup, props: IngestionProps): IngestedSource {
    const { bucket, key, removalPolicy } = props;
    const scope = new Construct(this, config.name);

    // Empty until `audit-lake token set`: the function knows it for 'not set yet'.
    const tokenSecret = new Secret(scope, "Token", {
      description: `Slack token (auditlogs:read) of ${config.name}`,
      secretStringValue: SecretValue.unsafePlainText(JSON.stringify({ token: "" })),
      encryptionKey: key,
      removalPolicy,
    });
    Validations.of(tokenSecret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "Slack has no call that rotates an organization's token: an Org Owner makes a new one.",
    });

    const handler = new NodeFunction(scope, "Function", {
      folder: "ingest",
      description: `Takes in the Slack audit logs of ${config.name}`,
      memoryMb: 512,
      timeout: TIMEOUT,
      logRetentionDays: props.logRetention / SECONDS_PER_DAY,
      removalPolicy,
      environment: {
        SOURCE: config.name,
        ARCHIVE_BUCKET: bucket.bucketName,
        CHECKPOINT_TABLE: this.checkpoints.tableName,
        TOKEN_SECRET_ID: tokenSecret.secretArn,
        SLACK_API_BASE: config.apiBase,
        SETTLE_DELAY_SECONDS: String(config.settleDelay),
        ALLOWED_LATENESS_SECONDS: String(config.allowedLateness),
        ...(config.firstStart === undefined ? {} : { FIRST_START: config.firstStart }),
      },
    });
    this.#grant(handler, config.name, tokenSecret, props);

    if (config.enabled) {
      new FunctionSchedule(scope, "Schedule", {
        description: `Takes in the Slack audit logs of ${config.name}`,
        interval: Duration.seconds(config.schedule),
        input: { source: config.name },
        handler,
        group,
        deadLetters: this.deadLetters,
      });
    }
    return { config, tokenSecret, handler };
  }

  /** All that a run may do, and nothing of another source's. */
  #grant(
    handler: NodeFunction,
    source: string,
    tokenSecret: ISecret,
    { bucket, key }: IngestionProps,
  ): void {
    const own = `source=${source}/`;
    const entries = bucket.arnForObjects(`${PREFIXES.auditLogs}${own}*`);
    const quarantine = bucket.arnForObjects(`${PREFIXES.quarantine}${own}*`);

    const whyWildcard = "It ends a prefix: any object of this source, and of no other.";

    handler.allow({
      sid: "AddObjects",
      actions: ["s3:PutObject"],
      resources: [entries, quarantine],
      // Only with `If-None-Match`: a run adds evidence and cannot change any.
      conditions: { Null: { "s3:if-none-match": "false" } },
      whyWildcard,
    });
    handler.allow({
      sid: "ReadOwnObjects",
      actions: ["s3:GetObject"],
      resources: [entries],
      whyWildcard,
    });
    handler.allow({
      sid: "ListOwnObjects",
      actions: ["s3:ListBucket"],
      resources: [bucket.bucketArn],
      conditions: { StringLike: { "s3:prefix": `${PREFIXES.auditLogs}${own}*` } },
    });
    handler.allowKey("s3", bucket.encryptionKey, ["kms:Decrypt", "kms:GenerateDataKey"]);
    handler.allow({
      sid: "ReadOwnToken",
      actions: ["secretsmanager:GetSecretValue"],
      resources: [tokenSecret.secretArn],
    });
    handler.allowKey("secretsmanager", key, ["kms:Decrypt"]);
    handler.allow({
      sid: "KeepOwnCheckpoint",
      actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
      resources: [this.checkpoints.tableArn],
      conditions: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [source] } },
    });
  }
}
