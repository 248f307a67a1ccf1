import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import { MathExpression, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { type IKey, Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { type IScheduleGroup, ScheduleExpression } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { sealWriter } from "../../lib/archive/writer.ts";
import { SEAL_ENVIRONMENT, writeEnvironment } from "../../lib/stack/environment.ts";
import { LATENESS_METRIC, SEAL_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { LakeConfig, SourceConfig } from "../config/schema.ts";
import type { Catalog } from "./catalog.ts";
import { Columns } from "./columns.ts";
import type { contextFiles } from "./detection-files.ts";
import type { IngestedSource } from "./ingestion.ts";
import { JobStateMachine } from "./job-state-machine.ts";
import { functionMetric, graph, type Monitored, type Monitoring } from "./monitoring.ts";
import { NodeFunction } from "./node-function.ts";
import { OcsfWriter } from "./ocsf.ts";
import { type PlannedDays, workThrough } from "./planned-days.ts";
import {
  allowArchive,
  allowListingWriters,
  allowToken,
  allowWriters,
  STORING,
  tokenEnvironment,
} from "./source-access.ts";
import { atTime, StartSchedule } from "./start-schedule.ts";

export interface SealingProps {
  config: LakeConfig["closing"];
  /** Those that run. */
  sources: IngestedSource[];
  /** Whether sealed days go into the columns table. */
  hasColumns: boolean;
  ocsf: LakeConfig["ocsf"];
  /** Where sealed days go as events; absent when they do not. */
  eventsBucket: IBucket | undefined;
  /** Whether alerts are kept in the bucket, to go as events too. */
  hasAlertLog: boolean;
  /** What says more of addresses and people, for events. */
  contextFiles: ReturnType<typeof contextFiles>;
  bucket: IBucket;
  resultsBucket: IBucket;
  columnsBucket: IBucket;
  checkpoints: ITable;
  catalog: Catalog;
  /** Of the tokens' secrets and of the results. */
  key: IKey;
  lakeFormation: LakeConfig["catalog"]["lakeFormation"];
  schedules: IScheduleGroup;
  deadLetters: IQueue;
  monitoring: Monitoring;
  /** Seconds. */
  logRetention: number;
  removalPolicy: RemovalPolicy;
}

/** What seals one organization's days. */
export interface SealedSource {
  config: SourceConfig;
  machineArn: string;
}

/**
 * What a run is granted at most; it ends by itself before. All that Lambda has:
 * an hour with millions of entries is described in one go, which takes minutes.
 */
const RUN_TIMEOUT = Duration.minutes(15);

/** It is over when the next one starts. */
const TIMEOUT = Duration.hours(23);

/**
 * Once a day, the days that are settled are reconciled with Slack and sealed,
 * oldest first; then those that are sealed go into the columns table.
 */
export class Sealing extends Construct {
  readonly sources: SealedSource[];
  /** Absent when manifests are not signed. */
  readonly signingKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: SealingProps) {
    super(scope, id);
    this.signingKey = props.config.sign
      ? new Key(this, "SigningKey", {
          description: "Signs the manifests of sealed days of Slack audit logs",
          keySpec: KeySpec.ECC_NIST_P256,
          keyUsage: KeyUsage.SIGN_VERIFY,
          removalPolicy: props.removalPolicy,
        })
      : undefined;
    this.sources = props.sources.map((source) => this.#addSource(source, props));
  }

  #addSource({ config, tokenSecret }: IngestedSource, props: SealingProps): SealedSource {
    const scope = new Construct(this, config.name);
    const comment = `Seals the days of the Slack audit logs of ${config.name}`;
    const { removalPolicy } = props;
    const logRetentionDays = props.logRetention / SECONDS_PER_DAY;

    const handler = new NodeFunction(scope, "Function", {
      folder: "seal",
      description: comment,
      memoryMb: 512,
      timeout: RUN_TIMEOUT,
      logRetentionDays,
      removalPolicy,
      environment: {
        ...props.monitoring.environmentOf(SERVICES.seal),
        ...writeEnvironment(SEAL_ENVIRONMENT, {
          SOURCE: config.name,
          ARCHIVE_BUCKET: props.bucket.bucketName,
          CHECKPOINT_TABLE: props.checkpoints.tableName,
          ...tokenEnvironment(config, tokenSecret),
          ALLOWED_LATENESS_SECONDS: config.allowedLateness,
          CLOSE_DELAY_SECONDS: props.config.delay,
          ...(this.signingKey === undefined ? {} : { SIGNING_KEY_ID: this.signingKey.keyArn }),
        }),
      },
    });
    const sealed = [PREFIXES.quarantine, PREFIXES.closing, PREFIXES.addenda];
    allowArchive(handler, props.bucket, config.name, {
      add: [...STORING.add, PREFIXES.closing, PREFIXES.manifests, PREFIXES.signatures],
      read: [...STORING.read, ...sealed, PREFIXES.signatures],
      list: [...STORING.list, ...sealed],
    });
    allowToken(handler, tokenSecret, config.tokenRotation, props.key);
    allowWriters(handler, props.checkpoints, config.name, [sealWriter(config.name)]);
    allowListingWriters(handler, props.checkpoints);
    if (this.signingKey !== undefined) {
      handler.allow({
        sid: "SignManifests",
        actions: ["kms:Sign"],
        resources: [this.signingKey.keyArn],
        conditions: { StringEquals: { "kms:SigningAlgorithm": "ECDSA_SHA_256" } },
      });
    }

    const { bucket, resultsBucket, columnsBucket, key, catalog, monitoring } = props;
    const columns = props.hasColumns
      ? new Columns(scope, "Compaction", {
          source: config.name,
          ...{ bucket, resultsBucket, columnsBucket, key, logRetentionDays, removalPolicy },
          ...{ catalog, monitoring },
          lakeFormation: props.lakeFormation,
        })
      : undefined;
    const events =
      props.eventsBucket === undefined
        ? undefined
        : new OcsfWriter(scope, "Events", {
            config: props.ocsf,
            source: config.name,
            eventsBucket: props.eventsBucket,
            hasAlertLog: props.hasAlertLog,
            files: props.contextFiles,
            ...{ bucket, key, monitoring, logRetentionDays, removalPolicy },
          });
    const jobs: PlannedDays[] = [
      { op: "close", handler, timeout: RUN_TIMEOUT },
      ...(columns === undefined
        ? []
        : [{ op: "compact", handler: columns.handler, timeout: columns.timeout } as const]),
      ...(events === undefined
        ? []
        : [{ op: "events", handler: events.handler, timeout: events.timeout } as const]),
    ];
    const stateMachine = new JobStateMachine(scope, "Closing", {
      comment,
      definition: workThrough(scope, jobs),
      handlers: jobs.map(({ handler }) => handler),
      timeout: TIMEOUT,
      logRetentionDays,
    });
    new StartSchedule(scope, "Schedule", {
      description: comment,
      schedule: ScheduleExpression.cron(atTime(props.config.at)),
      interval: Duration.days(1),
      input: { source: config.name },
      starts: stateMachine,
      group: props.schedules,
      deadLetters: props.deadLetters,
    });
    props.monitoring.add(monitored(config.name, stateMachine, [columns, events]));
    return { config, machineArn: stateMachine.stateMachineArn };
  }
}

/** Days are sealed once a day, so a day is what there is to look at. */
const PERIOD = Duration.days(1);

function monitored(
  source: string,
  stateMachine: JobStateMachine,
  others: readonly (Columns | OcsfWriter | undefined)[],
): Monitored {
  const metric = (key: keyof typeof SEAL_METRICS, statistic: string) =>
    functionMetric(SERVICES.seal, SEAL_METRICS[key], { source, statistic, period: PERIOD });
  const sums = (...keys: (keyof typeof SEAL_METRICS)[]) =>
    keys.map((key) => metric(key, Stats.SUM));
  const lateness = functionMetric(SERVICES.seal, LATENESS_METRIC, {
    source,
    statistic: Stats.p(99),
    period: PERIOD,
  });
  return {
    subject: source,
    alarms: [
      {
        article: "day-not-reconciled",
        summary: `A sealed day of ${source} is not the same in the archive and in Slack.`,
        metric: metric("unreconciled", Stats.SUM),
      },
      {
        article: "evidence-altered",
        summary: `Entries of a sealed day of ${source} are not what was stored, or not what Slack lists.`,
        metric: new MathExpression({
          label: "differing or altered",
          expression: "FILL(differing, 0) + FILL(altered, 0)",
          usingMetrics: {
            differing: metric("differing", Stats.SUM),
            altered: metric("altered", Stats.SUM),
          },
          period: PERIOD,
        }),
      },
      {
        article: "late-found",
        summary: `The close of day found entries of ${source} that the runs had missed; they are archived now.`,
        metric: metric("lateFound", Stats.SUM),
      },
      {
        article: "days-unsealed",
        summary: `Days of ${source} have waited for their seal for two days.`,
        // The last plan of each execution says none, if all went well.
        metric: metric("unsealedDays", Stats.MINIMUM),
        evaluationPeriods: 2,
      },
      {
        article: "closing-failing",
        summary: `The close of day of ${source} failed or ran out of time.`,
        metric: stateMachine.metricEndedBadly(),
      },
      ...others.flatMap((other) => other?.alarms ?? []),
    ],
    row: {
      title: `${source}: close of day`,
      widgets: [
        graph("Days sealed", sums("reconciled", "unreconciled")),
        graph("Days not sealed", [metric("unsealedDays", Stats.MINIMUM)]),
        graph(
          "Differences from Slack",
          sums("lateFound", "onlyInArchive", "duplicates", "differing"),
        ),
        graph("Altered objects, days sealed again", sums("altered", "addenda")),
        graph("Lateness, seconds, 99 of 100 are below", [lateness]),
        graph(
          "Executions",
          [
            stateMachine.metricSucceeded({ period: PERIOD }),
            stateMachine.metricFailed({ period: PERIOD }),
            stateMachine.metricTimedOut({ period: PERIOD }),
          ],
          sums("failed"),
        ),
        ...others.flatMap((other) => other?.widgets ?? []),
      ],
    },
  };
}
