import { CfnOutput, RemovalPolicy, Stack, Tags } from "aws-cdk-lib";
import { ManagedPolicy, PermissionsBoundary } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { NO_INTERVAL, SOURCE_OUTPUTS, STACK_OUTPUTS } from "../lib/stack/outputs.ts";
import type { Config } from "./config/config.ts";
import { Archive } from "./constructs/archive.ts";
import { Backfill } from "./constructs/backfill.ts";
import { Catalog } from "./constructs/catalog.ts";
import { Detection } from "./constructs/detection.ts";
import { Encryption } from "./constructs/encryption.ts";
import { Events } from "./constructs/events.ts";
import { Ingestion } from "./constructs/ingestion.ts";
import { Monitoring } from "./constructs/monitoring.ts";
import { Notifications } from "./constructs/notifications.ts";
import { Closing } from "./constructs/sealing.ts";

/** Everything that one deployment consists of. */
export class SlackAuditLakeStack extends Stack {
  constructor(scope: Construct, config: Config) {
    super(scope, config.stackName, {
      description: "Slack Enterprise Grid audit logs: archive, SQL and events",
      ...(config.environment === undefined ? {} : { env: config.environment }),
    });
    const removalPolicy =
      config.removalPolicy === "destroy" ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;

    const { key } = new Encryption(this, "Encryption", {
      existingKeyArn: config.kmsKeyArn,
      removalPolicy,
    });
    const archive = new Archive(this, "Archive", {
      config: config.archive,
      resultsRetentionSeconds: config.catalog.resultsRetention,
      key,
      removalPolicy,
    });
    const catalog = new Catalog(this, "Catalog", {
      config: config.catalog,
      sources: config.sources.map(({ name }) => name),
      archiveStartsOn: config.archiveStartsOn,
      bucket: archive.bucket,
      resultsBucket: archive.resultsBucket,
      key,
    });
    const ingestion = new Ingestion(this, "Ingestion", {
      sources: config.sources,
      bucket: archive.bucket,
      key,
      logRetention: config.logRetention,
      removalPolicy,
    });
    const enabled = ingestion.sources.filter(({ config }) => config.enabled);
    const backfill = new Backfill(this, "Backfill", {
      sources: enabled,
      bucket: archive.bucket,
      checkpoints: ingestion.checkpoints,
      key,
      logRetention: config.logRetention,
      removalPolicy,
    });
    const closing = config.closing.enabled
      ? new Closing(this, "Closing", {
          config: config.closing,
          sources: enabled,
          compacts: config.closing.compact ?? typeof config.archive.retention !== "number",
          bucket: archive.bucket,
          resultsBucket: archive.resultsBucket,
          checkpoints: ingestion.checkpoints,
          catalog,
          key,
          schedules: ingestion.schedules,
          deadLetters: ingestion.deadLetters,
          logRetention: config.logRetention,
          removalPolicy,
        })
      : undefined;
    const events = new Events(this, "Events", { bucket: archive.bucket, key });

    const notifications = new Notifications(this, "Notifications", { config: config.alerts, key });
    const detection = config.detection.enabled
      ? new Detection(this, "Detection", {
          config: config.detection,
          sources: config.sources,
          bucket: archive.bucket,
          newObjects: events.topic,
          notifications,
          logRetention: config.logRetention,
          removalPolicy,
        })
      : undefined;
    new Monitoring(this, "Monitoring", {
      sources: ingestion.sources,
      detection,
      backfill: backfill.sources,
      closing: closing?.sources ?? [],
      deadLetters: {
        schedules: ingestion.deadLetters,
        events: events.deadLetters,
        ...(detection === undefined ? {} : { detection: detection.deadLetters }),
      },
      workgroup: catalog.workgroup,
      topic: notifications.topic,
    });

    for (const [key, value] of Object.entries(config.tags)) {
      Tags.of(this).add(key, value);
    }
    if (config.permissionsBoundaryArn !== undefined) {
      PermissionsBoundary.of(this).apply(
        ManagedPolicy.fromManagedPolicyArn(
          this,
          "PermissionsBoundary",
          config.permissionsBoundaryArn,
        ),
      );
    }

    this.#output(STACK_OUTPUTS.archiveBucket, archive.bucket.bucketName);
    this.#output(STACK_OUTPUTS.resultsBucket, archive.resultsBucket.bucketName);
    this.#output(STACK_OUTPUTS.key, key.keyArn);
    this.#output(STACK_OUTPUTS.database, catalog.database);
    this.#output(STACK_OUTPUTS.workgroup, catalog.workgroup);
    this.#output(STACK_OUTPUTS.checkpointTable, ingestion.checkpoints.tableName);
    this.#output(STACK_OUTPUTS.newObjectsTopic, events.topic.topicArn);
    this.#output(STACK_OUTPUTS.alertsTopic, notifications.topic.topicArn);
    if (closing?.signingKey !== undefined) {
      this.#output(STACK_OUTPUTS.signingKey, closing.signingKey.keyArn);
    }
    for (const { config: source, tokenSecret, handler } of ingestion.sources) {
      const { name, apiBase, enabled, schedule } = source;
      this.#output(`${SOURCE_OUTPUTS.tokenSecret}-${name}`, tokenSecret.secretArn, name);
      this.#output(`${SOURCE_OUTPUTS.function}-${name}`, handler.functionName, name);
      this.#output(`${SOURCE_OUTPUTS.slackApi}-${name}`, apiBase, name);
      const interval = enabled ? String(schedule) : NO_INTERVAL;
      this.#output(`${SOURCE_OUTPUTS.interval}-${name}`, interval, name);
    }
    const machines = { backfill: backfill.sources, closing: closing?.sources ?? [] };
    for (const [kind, sources] of Object.entries(machines)) {
      for (const { config: source, stateMachine } of sources) {
        const name = `${SOURCE_OUTPUTS[kind as keyof typeof machines]}-${source.name}`;
        this.#output(name, stateMachine.stateMachineArn, source.name);
      }
    }
  }

  /** @param description - the source that it is of, if it is of one */
  #output(name: string, value: string, description?: string): void {
    new CfnOutput(this, name, { value, ...(description === undefined ? {} : { description }) });
  }
}
