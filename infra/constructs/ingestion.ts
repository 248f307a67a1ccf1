import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import {
  ComparisonOperator,
  type IWidget,
  MathExpression,
  type MetricOptions,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { AttributeType, BillingMode, type ITable, Table } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { type IScheduleGroup, ScheduleExpression, ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { type CfnSecret, type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { liveWriter } from "../../lib/archive/writer.ts";
import { INGEST_ENVIRONMENT, writeEnvironment } from "../../lib/stack/environment.ts";
import {
  API_ERRORS_METRIC,
  CODE_DIMENSION,
  INGEST_METRICS,
  LATENESS_METRIC,
  METRIC_NAMESPACE,
  SERVICES,
  SOURCE_DIMENSION,
  TOKEN_REFRESH_FAILED_METRIC,
} from "../../lib/stack/metrics.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../lib/time.ts";
import type { SourceConfig } from "../config/schema.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { type AlarmSpec, functionMetric, graph, type Monitoring } from "./monitoring.ts";
import { NodeFunction } from "./node-function.ts";
import {
  allowArchive,
  allowToken,
  allowWriters,
  STORING,
  tokenEnvironment,
} from "./source-access.ts";
import { StartSchedule } from "./start-schedule.ts";

export interface IngestionProps {
  sources: SourceConfig[];
  bucket: IBucket;
  key: IKey;
  monitoring: Monitoring;
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
    this.deadLetters = new DeadLetterQueue(this, "DeadLetters", {
      subject: "schedules",
      monitoring: props.monitoring,
    });
    this.schedules = new ScheduleGroup(this, "Schedules", {
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.sources = props.sources.map((config) => this.#addSource(config, props));
  }

  #addSource(config: SourceConfig, props: IngestionProps): IngestedSource {
    const { bucket, key, removalPolicy } = props;
    const scope = new Construct(this, config.name);

    const tokenSecret = new Secret(scope, "Token", {
      description: `Slack token (auditlogs:read) of ${config.name}`,
      encryptionKey: key,
      removalPolicy,
    });
    // Without a value until `audit-lake token set`: one that the template knew could be put in
    // the place of the token by any change of the secret. CDK would have one generated.
    (tokenSecret.node.defaultChild as CfnSecret).generateSecretString = undefined;
    Validations.of(tokenSecret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "An Org Owner makes a new token; those of an app with token rotation are refreshed by the functions, which know when.",
    });

    const handler = new NodeFunction(scope, "Function", {
      folder: "ingest",
      description: `Takes in the Slack audit logs of ${config.name}`,
      memoryMb: 512,
      timeout: TIMEOUT,
      logRetentionDays: props.logRetention / SECONDS_PER_DAY,
      removalPolicy,
      environment: {
        ...props.monitoring.environmentOf(SERVICES.ingest),
        ...writeEnvironment(INGEST_ENVIRONMENT, {
          SOURCE: config.name,
          ARCHIVE_BUCKET: bucket.bucketName,
          CHECKPOINT_TABLE: this.checkpoints.tableName,
          ...tokenEnvironment(config, tokenSecret),
          SETTLE_DELAY_SECONDS: config.settleDelay,
          ALLOWED_LATENESS_SECONDS: config.allowedLateness,
          ...(config.firstStart === undefined
            ? {}
            : { FIRST_START: Date.parse(config.firstStart) / 1000 }),
        }),
      },
    });
    allowArchive(handler, bucket, config.name, STORING);
    allowToken(handler, tokenSecret, config.tokenRotation, key);
    allowWriters(handler, this.checkpoints, config.name, [liveWriter(config.name)]);

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
      props.monitoring.add({
        subject: config.name,
        alarms: alarms(config, handler),
        row: { title: config.name, widgets: widgets(config, handler) },
      });
    }
    return { config, tokenSecret, handler };
  }
}

type MetricKey = keyof typeof INGEST_METRICS;

function alarms(config: SourceConfig, handler: IFunction): AlarmSpec[] {
  const { name, alarms } = config;
  const period = Duration.seconds(config.schedule);
  const metric = (key: MetricKey, options: MetricOptions) =>
    functionMetric(SERVICES.ingest, INGEST_METRICS[key], { source: name, period, ...options });
  const sum = (key: MetricKey) => metric(key, { statistic: Stats.SUM });
  return [
    {
      article: "ingestion-lag",
      summary: `The archive of ${name} is more than ${alarms.lag / 60} minutes behind.`,
      metric: metric("lagSeconds", { statistic: Stats.MAXIMUM }),
      threshold: alarms.lag,
    },
    {
      article: "runs-failing",
      summary: `The last three runs for ${name} failed.`,
      metric: handler.metricErrors({ period }),
      evaluationPeriods: 3, // a single failure recovers on the next run
    },
    {
      article: "no-runs",
      summary: `No run for ${name} in three intervals.`,
      metric: handler.metricInvocations({ period }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING, // no data: the schedule stopped
    },
    {
      article: "token-missing",
      summary: `The token of ${name} is not set, so nothing is archived yet.`,
      metric: sum("tokenMissing"),
    },
    {
      article: "token-refused",
      summary: `Slack refuses the token of ${name}: nothing is archived until it is replaced.`,
      metric: sum("tokenRefused"),
    },
    ...(config.tokenRotation
      ? [
          {
            article: "token-not-refreshed",
            summary: `The token of ${name} could not be refreshed; it expires within hours.`,
            // The live runs also report what other functions tried.
            metric: functionMetric(SERVICES.ingest, TOKEN_REFRESH_FAILED_METRIC, {
              source: name,
              period: Duration.hours(1),
              statistic: Stats.SUM,
            }),
            threshold: 3, // one failure is followed by an attempt that succeeds
          },
        ]
      : []),
    {
      article: "quarantined-entries",
      summary: `Slack sent entries of ${name} that could not be read; they are kept apart.`,
      metric: sum("quarantined"),
    },
    {
      article: "throttled",
      summary: `Slack has throttled the last six runs for ${name}.`,
      metric: sum("throttled"),
      evaluationPeriods: 6, // a run or two is how a rate limit is meant to work
    },
    ...(alarms.silence === "off" ? [] : [silenceAlarm(config, alarms.silence)]),
  ];
}

/** @param silence - seconds without a new entry after which it goes off */
function silenceAlarm({ name, schedule }: SourceConfig, silence: number): AlarmSpec {
  // Periods that hold a run each, as many as fit into the silence.
  const hours = Math.ceil(schedule / SECONDS_PER_HOUR);
  return {
    article: "silence",
    summary: `No new entry of ${name} for ${silence / SECONDS_PER_HOUR} hours.`,
    metric: functionMetric(SERVICES.ingest, INGEST_METRICS.entries, {
      source: name,
      statistic: Stats.SUM,
      period: Duration.hours(hours),
    }),
    threshold: 0,
    comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: Math.max(1, Math.floor(silence / (hours * SECONDS_PER_HOUR))),
  };
}

function widgets(config: SourceConfig, handler: IFunction): IWidget[] {
  const period = Duration.seconds(Math.max(config.schedule, 300));
  const metric = (name: string, statistic: string) =>
    functionMetric(SERVICES.ingest, name, { source: config.name, statistic, period });
  const metrics = (statistic: string, ...keys: MetricKey[]) =>
    keys.map((key) => metric(INGEST_METRICS[key], statistic));
  return [
    graph("Lag, seconds", metrics(Stats.MAXIMUM, "lagSeconds")),
    graph("Entries", metrics(Stats.SUM, "entries", "lateEntries")),
    graph("Left out or set aside", metrics(Stats.SUM, "duplicatesDropped", "quarantined")),
    graph("Calls and bytes", metrics(Stats.SUM, "pages", "bytes")),
    graph("Time used, percent", metrics(Stats.MAXIMUM, "timeUsedPercent")),
    graph(
      "Runs that ended early",
      metrics(Stats.SUM, "failed", "throttled", "tokenMissing", "tokenRefused"),
    ),
    graph("Errors of Slack's API", [
      new MathExpression({
        // The codes are an open set, so they are searched for.
        expression: `SEARCH('{${METRIC_NAMESPACE},${CODE_DIMENSION},service,${SOURCE_DIMENSION}} MetricName="${API_ERRORS_METRIC}" ${SOURCE_DIMENSION}="${config.name}"', 'Sum')`,
        label: "",
        period,
      }),
    ]),
    graph("Runs", [handler.metricInvocations({ period }), handler.metricErrors({ period })]),
    graph("Lateness, seconds, 99 of 100 are below", [metric(LATENESS_METRIC, Stats.p(99))]),
  ];
}
