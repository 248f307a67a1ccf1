import { CfnOutput, CfnResource, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import {
  DEFAULT_STACK_NAME,
  NO_INTERVAL,
  SOURCE_OUTPUTS,
  STACK_OUTPUTS,
} from "../lib/stack/outputs.ts";
import packageJson from "../package.json" with { type: "json" };
import { catalogNames } from "./config/catalog-names.ts";
import type { SlackAuditLakeProps } from "./config/config.ts";
import { ConfigError, parseLakeProps } from "./config/parse.ts";
import type { LakeConfig, SourceConfig } from "./config/schema.ts";
import { Archive } from "./constructs/archive.ts";
import { Backfill } from "./constructs/backfill.ts";
import { Catalog } from "./constructs/catalog.ts";
import { Detection } from "./constructs/detection.ts";
import { contextFiles } from "./constructs/detection-files.ts";
import { Encryption } from "./constructs/encryption.ts";
import { Events } from "./constructs/events.ts";
import { viaService } from "./constructs/grant.ts";
import { Ingestion } from "./constructs/ingestion.ts";
import { Monitoring } from "./constructs/monitoring.ts";
import { NodeFunction } from "./constructs/node-function.ts";
import { Notifications } from "./constructs/notifications.ts";
import { OcsfStore } from "./constructs/ocsf.ts";
import { Readers } from "./constructs/readers.ts";
import { Sealing } from "./constructs/sealing.ts";
import { WeeklyReport } from "./constructs/weekly-report.ts";

/** What the rest of a stack may want of a lake. */
interface LakeResources {
  /** Holds the archive. */
  readonly archiveBucket: IBucket;
  /** Of everything that the lake encrypts. */
  readonly key: IKey;
  /** Announces each new object of the archive: docs/operate/downstream.md. */
  readonly newObjectsTopic: ITopic;
  /** Gets alarms and alerts. */
  readonly alertsTopic: ITopic;
}

/**
 * Slack's audit logs of one or several organizations: archived, in SQL, watched.
 *
 * A stack holds one: its alarms, its dashboard and its outputs have the stack's
 * name, by which the command line finds them (`--stack NAME`).
 *
 * @example
 * new SlackAuditLake(stack, "AuditLake", {
 *   archiveStartsOn: "2026-01-01",
 *   sources: [{ name: "acme" }],
 * });
 */
export class SlackAuditLake extends Construct implements LakeResources {
  readonly archiveBucket: IBucket;
  readonly key: IKey;
  readonly newObjectsTopic: ITopic;
  readonly alertsTopic: ITopic;

  /** @throws {ConfigError} naming each wrong property, where it is and what is allowed there */
  constructor(scope: Construct, id: string, props: SlackAuditLakeProps) {
    super(scope, id);
    const { path } = this.node;
    const other = Stack.of(this)
      .node.findAll()
      .find((node) => node instanceof SlackAuditLake && node !== this);
    if (other !== undefined) {
      throw new ConfigError(
        `${path}: the stack holds ${other.node.path} already; put each SlackAuditLake into a stack of its own`,
      );
    }
    const resources = addLake(this, parseLakeProps(props, path));
    this.archiveBucket = resources.archiveBucket;
    this.key = resources.key;
    this.newObjectsTopic = resources.newObjectsTopic;
    this.alertsTopic = resources.alertsTopic;
  }
}

/** Everything that a lake consists of, right below `scope`. */
export function addLake(scope: Construct, config: LakeConfig): LakeResources {
  const { logRetention } = config;
  const removalPolicy =
    config.removalPolicy === "destroy" ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;

  const { key } = new Encryption(scope, "Encryption", {
    existingKeyArn: config.kmsKeyArn,
    removalPolicy,
  });
  const notifications = new Notifications(scope, "Notifications", { config: config.alerts, key });
  const monitoring = new Monitoring(scope, "Monitoring", {
    topic: notifications.topic,
    hasDashboard: config.dashboard,
  });
  const { bucket, resultsBucket, columnsBucket, accessLogs } = new Archive(scope, "Archive", {
    config: config.archive,
    resultsRetentionSeconds: config.catalog.resultsRetention,
    key,
    removalPolicy,
  });
  const hasColumns =
    config.closing.enabled &&
    (config.closing.compact ?? typeof config.archive.retention !== "number");
  const hasAlertLog =
    config.detection.enabled &&
    (config.detection.alertLog ?? config.archive.existingBucket === undefined);
  const hasAddressTable = config.detection.enabled && config.detection.addressTable;
  const catalog = new Catalog(scope, "Catalog", {
    config: config.catalog,
    names: toCatalogNames(scope, config.catalog),
    hasAddressTable,
    hasMaskedView: config.readers.some(({ masked }) => masked),
    sources: config.sources.map(({ name }) => name),
    archiveStartsOn: config.archiveStartsOn,
    hasColumns,
    ...{ bucket, resultsBucket, key, monitoring },
  });

  const ocsfStore = config.ocsf.enabled
    ? new OcsfStore(scope, "Ocsf", {
        config: config.ocsf,
        archiveStartsOn: config.archiveStartsOn,
        ...{ catalog, key, accessLogs, removalPolicy },
      })
    : undefined;

  // In the order of their rows on the dashboard.
  const ingestion = new Ingestion(scope, "Ingestion", {
    sources: config.sources,
    ...{ bucket, key, monitoring, logRetention, removalPolicy },
  });
  const { checkpoints } = ingestion;
  const enabled = ingestion.sources.filter(({ config }) => config.enabled);
  const sealing = config.closing.enabled
    ? new Sealing(scope, "Closing", {
        config: config.closing,
        sources: enabled,
        hasColumns,
        ocsf: config.ocsf,
        eventsBucket: ocsfStore?.bucket,
        hasAlertLog,
        contextFiles: config.ocsf.enabled ? contextFiles(config.detection.context) : {},
        schedules: ingestion.schedules,
        deadLetters: ingestion.deadLetters,
        ...{ bucket, resultsBucket, columnsBucket, checkpoints, catalog, key },
        ...{ monitoring, logRetention, removalPolicy },
        lakeFormation: config.catalog.lakeFormation,
      })
    : undefined;
  new Readers(scope, "Readers", {
    readers: config.readers,
    hasAddressTable,
    lakeFormation: config.catalog.lakeFormation,
    ...{ catalog, bucket, columnsBucket, resultsBucket, key },
  });
  const backfill = new Backfill(scope, "Backfill", {
    sources: enabled,
    ...{ bucket, checkpoints, key, monitoring, logRetention, removalPolicy },
  });
  const events = new Events(scope, "Events", { bucket, key, monitoring });
  if (config.detection.enabled) {
    new Detection(scope, "Detection", {
      config: config.detection,
      hasAlertLog,
      sources: config.sources,
      newObjects: events.topic,
      resultsBucket,
      ...{ bucket, key, notifications, monitoring, logRetention, removalPolicy },
    });
  }

  if (config.weeklyReport.enabled) {
    new WeeklyReport(scope, "WeeklyReport", {
      config: config.weeklyReport,
      sources: config.sources.map(({ name }) => name),
      files: contextFiles({ countries: config.detection.context.countries, threatLists: [] }),
      schedules: ingestion.schedules,
      deadLetters: ingestion.deadLetters,
      lakeFormation: config.catalog.lakeFormation,
      ...{ hasAlertLog, bucket, columnsBucket, resultsBucket, key, checkpoints, catalog },
      ...{ notifications, monitoring, logRetention, removalPolicy },
    });
  }

  addOutputs(scope, {
    [STACK_OUTPUTS.archiveBucket]: bucket.bucketName,
    [STACK_OUTPUTS.resultsBucket]: resultsBucket.bucketName,
    [STACK_OUTPUTS.eventsBucket]: ocsfStore?.bucket.bucketName,
    [STACK_OUTPUTS.key]: key.keyArn,
    [STACK_OUTPUTS.database]: catalog.database,
    [STACK_OUTPUTS.workgroup]: catalog.workgroup,
    [STACK_OUTPUTS.checkpointTable]: checkpoints.tableName,
    [STACK_OUTPUTS.newObjectsTopic]: events.topic.topicArn,
    [STACK_OUTPUTS.alertsTopic]: notifications.topic.topicArn,
    [STACK_OUTPUTS.archiveStartsOn]: config.archiveStartsOn,
    [STACK_OUTPUTS.signingKey]: sealing?.signingKey?.keyArn,
    [STACK_OUTPUTS.version]: packageJson.version,
  });
  for (const { config: source, tokenSecret, handler } of ingestion.sources) {
    const machineOf = (sources: { config: SourceConfig; machineArn: string }[] = []) =>
      sources.find(({ config }) => config === source)?.machineArn;
    addOutputs(
      scope,
      {
        [SOURCE_OUTPUTS.name]: source.name,
        [SOURCE_OUTPUTS.tokenSecret]: tokenSecret.secretArn,
        [SOURCE_OUTPUTS.function]: handler.functionName,
        [SOURCE_OUTPUTS.slackApi]: source.apiBase,
        [SOURCE_OUTPUTS.interval]: source.enabled ? String(source.schedule) : NO_INTERVAL,
        [SOURCE_OUTPUTS.backfill]: machineOf(backfill.sources),
        [SOURCE_OUTPUTS.closing]: machineOf(sealing?.sources),
      },
      source.name,
    );
  }
  allowPreviousKeys(scope, config.previousKeyArns);
  checkSize(scope);
  return {
    archiveBucket: bucket,
    key,
    newObjectsTopic: events.topic,
    alertsTopic: notifications.topic,
  };
}

/** As they are configured; else as in every stack of version 0.1, or after the stack's name. */
function toCatalogNames(scope: Construct, config: LakeConfig["catalog"]) {
  const { stackName } = Stack.of(scope);
  const names = catalogNames(config.namedAfterStack ? stackName : DEFAULT_STACK_NAME);
  const { database = names.database, workgroup = names.workgroup } = config;
  return { database, workgroup };
}

/** What was written and stored before the key changed is still to be read. */
function allowPreviousKeys(scope: Construct, keyArns: string[]): void {
  if (keyArns.length === 0) return;
  for (const handler of scope.node.findAll()) {
    if (handler instanceof NodeFunction) {
      handler.allow({
        sid: "ReadUnderPreviousKeys",
        actions: ["kms:Decrypt"],
        resources: keyArns,
        conditions: viaService(scope, "s3", "secretsmanager"),
      });
    }
  }
}

/** CloudFormation's own limit. */
const RESOURCES_MAX = 500;

/** @throws {ConfigError} when there are too many sources for one stack */
function checkSize(scope: Construct): void {
  const resources = Stack.of(scope).node.findAll().filter(CfnResource.isCfnResource).length;
  if (resources > RESOURCES_MAX) {
    throw new ConfigError(
      `sources: make ${resources} resources, and CloudFormation takes ${RESOURCES_MAX} in a stack; put some into a second stack, with a stackName of its own and catalog.namedAfterStack`,
    );
  }
}

/** @param source - the one that they are of; the command line knows it by the description */
function addOutputs(
  scope: Construct,
  outputs: Record<string, string | undefined>,
  source?: string,
): void {
  for (const [name, value] of Object.entries(outputs)) {
    if (value === undefined) {
      continue;
    }
    const output =
      source === undefined
        ? new CfnOutput(scope, name, { value })
        : new CfnOutput(scope, `${name}-${source}`, { value, description: source });
    // The command line looks for this name, wherever in a stack the lake is.
    output.overrideLogicalId(output.node.id.replaceAll("-", ""));
  }
}
