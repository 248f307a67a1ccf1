import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import {
  Choice,
  Condition,
  DistributedMap,
  type IChainable,
  JsonPath,
  Succeed,
  TaskInput,
} from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { writerPrefix } from "../../lib/archive/writer.ts";
import { BACKFILL_CONCURRENCY } from "../../lib/stack/backfill-concurrency.ts";
import { BACKFILL_ENVIRONMENT, writeEnvironment } from "../../lib/stack/environment.ts";
import { BACKFILL_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { SourceConfig } from "../config/schema.ts";
import type { IngestedSource } from "./ingestion.ts";
import { callJob, jobLoop } from "./job-loop.ts";
import { JobStateMachine } from "./job-state-machine.ts";
import { functionMetric, graph, type Monitored, type Monitoring } from "./monitoring.ts";
import { NodeFunction } from "./node-function.ts";
import {
  allowArchive,
  allowListingWriters,
  allowToken,
  allowWriters,
  STORING,
  tokenEnvironment,
} from "./source-access.ts";

export interface BackfillProps {
  /** Those that run. */
  sources: IngestedSource[];
  bucket: IBucket;
  checkpoints: ITable;
  /** Of the tokens' secrets. */
  key: IKey;
  monitoring: Monitoring;
  /** Seconds. */
  logRetention: number;
  removalPolicy: RemovalPolicy;
}

/** What brings one organization's past in. */
export interface BackfilledSource {
  config: SourceConfig;
  machineArn: string;
}

/** What a run is granted at most; it ends by itself well before. */
const RUN_TIMEOUT = Duration.minutes(5);

/**
 * Decades of a large organization take weeks at Slack's limit. The same
 * command takes up where an execution was stopped.
 */
const TIMEOUT = Duration.days(90);

/** What a person has to mend before anything can be brought in. */
const FINAL_ERRORS = ["BackfillPlanError", "TokenMissingError"];

/**
 * Brings the past in, when a person asks for it. Each source has a state machine
 * that runs over spans of at most a month, each with a checkpoint of its own.
 *
 * Its input is the event that the plan gets: `{"op": "plan" | "estimate",
 * "from": …, "until"?: …}`. An estimate ends after the plan.
 */
export class Backfill extends Construct {
  readonly sources: BackfilledSource[];

  constructor(scope: Construct, id: string, props: BackfillProps) {
    super(scope, id);
    this.sources = props.sources.map((source) => this.#addSource(source, props));
  }

  #addSource(
    { config, tokenSecret }: IngestedSource,
    { bucket, checkpoints, key, monitoring, logRetention, removalPolicy }: BackfillProps,
  ): BackfilledSource {
    const scope = new Construct(this, config.name);
    const comment = `Brings in the past Slack audit logs of ${config.name}`;
    const logRetentionDays = logRetention / SECONDS_PER_DAY;

    const handler = new NodeFunction(scope, "Function", {
      folder: "backfill",
      description: comment,
      memoryMb: 512,
      timeout: RUN_TIMEOUT,
      logRetentionDays,
      removalPolicy,
      environment: {
        ...monitoring.environmentOf(SERVICES.backfill),
        ...writeEnvironment(BACKFILL_ENVIRONMENT, {
          SOURCE: config.name,
          ARCHIVE_BUCKET: bucket.bucketName,
          CHECKPOINT_TABLE: checkpoints.tableName,
          ...tokenEnvironment(config, tokenSecret),
        }),
      },
    });
    allowArchive(handler, bucket, config.name, STORING);
    allowToken(handler, tokenSecret, config.tokenRotation, key);
    // A span's writer has its two bounds as its name; those of a seal or an import have no hyphen.
    allowWriters(handler, checkpoints, config.name, [`${writerPrefix(config.name)}*-*`]);
    allowListingWriters(handler, checkpoints);

    const stateMachine = new JobStateMachine(scope, "Backfill", {
      comment,
      definition: define(scope, handler),
      handlers: [handler],
      timeout: TIMEOUT,
      logRetentionDays,
    });
    monitoring.add(monitored(config.name, stateMachine));
    return { config, machineArn: stateMachine.stateMachineArn };
  }
}

function define(scope: Construct, handler: IFunction): IChainable {
  const plan = callJob(scope, "Plan", {
    handler,
    finalErrors: FINAL_ERRORS,
    timeout: RUN_TIMEOUT,
    resultPath: "$.plan",
  });
  const spans = new DistributedMap(scope, "Spans", {
    itemsPath: "$.plan.spans",
    itemSelector: { "span.$": "$$.Map.Item.Value" },
    maxConcurrency: BACKFILL_CONCURRENCY,
    label: "Spans",
    resultPath: JsonPath.DISCARD, // the checkpoints tell how it went
  }).itemProcessor(
    jobLoop(scope, "Run", {
      handler,
      finalErrors: FINAL_ERRORS,
      timeout: RUN_TIMEOUT,
      event: TaskInput.fromObject({ op: "run", "span.$": "$.span" }),
    }),
  );
  return plan.next(
    new Choice(scope, "Only an estimate?")
      .when(Condition.stringEquals("$.op", "estimate"), new Succeed(scope, "Estimated"))
      .otherwise(spans),
  );
}

function monitored(source: string, stateMachine: JobStateMachine): Monitored {
  const period = Duration.minutes(5);
  const metrics = (...names: (keyof typeof BACKFILL_METRICS)[]) =>
    names.map((name) =>
      functionMetric(SERVICES.backfill, BACKFILL_METRICS[name], {
        source,
        statistic: Stats.SUM,
        period,
      }),
    );
  return {
    subject: source,
    alarms: [
      {
        article: "backfill-failing",
        summary: `The backfill of ${source} failed or ran out of time.`,
        metric: stateMachine.metricEndedBadly(),
      },
    ],
    row: {
      title: `${source}: backfill`,
      widgets: [
        graph("Entries", metrics("entries")),
        graph("Calls", metrics("pages")),
        graph("Runs that ended early", metrics("throttled", "failed")),
        graph("Executions", [
          stateMachine.metricSucceeded({ period }),
          stateMachine.metricFailed({ period }),
          stateMachine.metricTimedOut({ period }),
          stateMachine.metricAborted({ period }),
        ]),
      ],
    },
  };
}
