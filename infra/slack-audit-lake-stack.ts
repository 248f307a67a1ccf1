import { CfnOutput, RemovalPolicy, Stack, Tags } from "aws-cdk-lib";
import { ManagedPolicy, PermissionsBoundary } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import { Archive } from "./constructs/archive.ts";
import { Encryption } from "./constructs/encryption.ts";
import { Events } from "./constructs/events.ts";

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
    const events = new Events(this, "Events", { bucket: archive.bucket, key });

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

    this.output("ArchiveBucket", archive.bucket.bucketName);
    this.output("NewObjectsTopic", events.topic.topicArn);
  }

  private output(name: string, value: string): void {
    new CfnOutput(this, name, { value });
  }
}
