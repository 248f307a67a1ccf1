import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { type IKey, Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { type IScheduleGroup, ScheduleExpression } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import {
  Choice,
  Condition,
  type IChainable,
  type IStateMachine,
  JsonPath,
  Map as MapState,
  Succeed,
  TaskInput,
} from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { sealLane } from "../../lib/archive/lane.ts";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { Config, SourceConfig } from "../config/config.ts";
import type { Catalog } from "./catalog.ts";
import { Columns } from "./columns.ts";
import type { IngestedSource } from "./ingestion.ts";
import { callJob, jobLoop } from "./job-loop.ts";
import { JobStateMachine } from "./job-state-machine.ts";
import { NodeFunction } from "./node-function.ts";
import { allowArchive, allowLanes, allowListingLanes, allowToken } from "./source-access.ts";
import { StartSchedule } from "./start-schedule.ts";

export interface SealingProps {
  config: Config["closing"];
  /** Those that run. */
  sources: IngestedSource[];
  /** Whether sealed days go into the compact table. */
  compacts: boolean;
  bucket: IBucket;
  resultsBucket: IBucket;
  checkpoints: ITable;
  catalog: Catalog;
  /** Of the tokens' secrets and of the results. */
  key: IKey;
  schedules: IScheduleGroup;
  deadLetters: IQueue;
  /** Seconds. */
  logRetention: number;
  removalPolicy: RemovalPolicy;
}

/** What seals one organization's days. */
export interface SealedSource {
  config: SourceConfig;
  handler: IFunction;
  stateMachine: IStateMachine;
  compacts: boolean;
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
 * oldest first; then those that are sealed go into the compact table.
 */
export class Closing extends Construct {
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
        SOURCE: config.name,
        ARCHIVE_BUCKET: props.bucket.bucketName,
        CHECKPOINT_TABLE: props.checkpoints.tableName,
        TOKEN_SECRET_ID: tokenSecret.secretArn,
        SLACK_API_BASE: config.apiBase,
        ALLOWED_LATENESS_SECONDS: String(config.allowedLateness),
        CLOSE_DELAY_SECONDS: String(props.config.delay),
        ...(this.signingKey === undefined ? {} : { SIGNING_KEY_ID: this.signingKey.keyArn }),
      },
    });
    allowArchive(handler, props.bucket, config.name, {
      add: [
        PREFIXES.auditLogs,
        PREFIXES.quarantine,
        PREFIXES.closing,
        PREFIXES.manifests,
        PREFIXES.signatures,
      ],
      read: [PREFIXES.auditLogs, PREFIXES.closing, PREFIXES.manifests, PREFIXES.signatures],
      list: [PREFIXES.auditLogs, PREFIXES.closing, PREFIXES.manifests],
    });
    allowToken(handler, tokenSecret, props.key);
    allowLanes(handler, props.checkpoints, [sealLane(config.name)]);
    allowListingLanes(handler, props.checkpoints);
    if (this.signingKey !== undefined) {
      handler.allow({
        sid: "SignManifests",
        actions: ["kms:Sign"],
        resources: [this.signingKey.keyArn],
        conditions: { StringEquals: { "kms:SigningAlgorithm": "ECDSA_SHA_256" } },
      });
    }

    const { bucket, resultsBucket, key, catalog } = props;
    const compaction = props.compacts
      ? new Columns(scope, "Compaction", {
          source: config.name,
          ...{ bucket, resultsBucket, key, logRetentionDays, removalPolicy },
          database: catalog.database,
          workgroup: catalog.workgroup,
        })
      : undefined;
    // Compaction comes last: what fails there holds up no seal.
    const done = new Succeed(scope, "Done");
    const compact =
      compaction &&
      workThrough(
        scope,
        {
          op: "compact",
          handler: compaction.handler,
          timeout: compaction.timeout,
          repeats: false, // a day that cannot be compacted would be planned again and again
        },
        done,
      );
    const stateMachine = new JobStateMachine(scope, "Closing", {
      comment,
      definition: workThrough(
        scope,
        { op: "close", handler, timeout: RUN_TIMEOUT, repeats: true },
        compact ?? done,
      ),
      handlers: [handler, ...(compaction === undefined ? [] : [compaction.handler])],
      timeout: TIMEOUT,
      logRetentionDays,
      removalPolicy,
    });
    const [hour = "0", minute = "0"] = props.config.at.split(":");
    new StartSchedule(scope, "Schedule", {
      description: comment,
      schedule: ScheduleExpression.cron({
        hour: String(Number(hour)),
        minute: String(Number(minute)),
      }),
      interval: Duration.days(1),
      input: { source: config.name },
      starts: stateMachine,
      group: props.schedules,
      deadLetters: props.deadLetters,
    });
    return { config, handler, stateMachine, compacts: props.compacts };
  }
}

/** Work on days that a function does, one after the other, as it plans them. */
interface DaysOfWork {
  /** What is done with a day: the function's operation, and the name of the step. */
  op: "close" | "compact";
  handler: IFunction;
  timeout: Duration;
  /** Plan again until there is nothing left: what a backfill brought in is more than one plan holds. */
  repeats: boolean;
}

/** Plans, and works on the plan, oldest day first. What fails is in the plan of tomorrow. */
function workThrough(
  scope: Construct,
  { op, handler, timeout, repeats }: DaysOfWork,
  then: IChainable,
): IChainable {
  const plan = callJob(scope, `Plan to ${op}`, {
    handler,
    timeout,
    event: TaskInput.fromObject({ op: "plan" }),
    resultPath: "$.plan",
  });
  const days = new MapState(scope, `Days to ${op}`, {
    itemsPath: "$.plan.days",
    itemSelector: { "day.$": "$$.Map.Item.Value" },
    maxConcurrency: 1, // each manifest has the hash of the one before
    resultPath: JsonPath.DISCARD,
  }).itemProcessor(
    jobLoop(scope, `Run to ${op}`, {
      handler,
      timeout,
      event: TaskInput.fromObject({ op, "day.$": "$.day" }),
    }),
  );
  return plan.next(
    new Choice(scope, `Any day to ${op}?`)
      .when(Condition.isPresent("$.plan.days[0]"), days.next(repeats ? plan : then))
      .otherwise(then),
  );
}
