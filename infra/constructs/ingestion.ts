import { Duration, RemovalPolicy, SecretValue, Validations } from "aws-cdk-lib";
import { AttributeType, BillingMode, type ITable, Table } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { type IScheduleGroup, ScheduleExpression, ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { liveLane } from "../../lib/archive/lane.ts";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { SourceConfig } from "../config/config.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { NodeFunction } from "./node-function.ts";
import { allowArchive, allowLanes, allowToken } from "./source-access.ts";
import { StartSchedule } from "./start-schedule.ts";

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
  readonly schedules: IScheduleGroup;
  /** Of the schedules. */
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
    this.schedules = new ScheduleGroup(this, "Schedules", {
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.sources = props.sources.map((config) => this.#addSource(config, props));
  }

  #addSource(config: SourceConfig, props: IngestionProps): IngestedSource {
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
    allowArchive(handler, bucket, config.name, {
      add: [PREFIXES.auditLogs, PREFIXES.quarantine],
      read: [PREFIXES.auditLogs],
      list: [PREFIXES.auditLogs],
    });
    allowToken(handler, tokenSecret, key);
    allowLanes(handler, this.checkpoints, [liveLane(config.name)]);

    if (config.enabled) {
      const interval = Duration.seconds(config.schedule);
      new StartSchedule(scope, "Schedule", {
        description: `Takes in the Slack audit logs of ${config.name}`,
        schedule: ScheduleExpression.rate(interval),
        interval,
        input: { source: config.name },
        starts: handler,
        group: this.schedules,
        deadLetters: this.deadLetters,
      });
    }
    return { config, tokenSecret, handler };
  }
}
