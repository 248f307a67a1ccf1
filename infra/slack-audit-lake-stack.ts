import { type IStackSynthesizer, Stack, Tags } from "aws-cdk-lib";
import { ManagedPolicy, PermissionsBoundary } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Config } from "./config/schema.ts";
import { addLake } from "./slack-audit-lake.ts";

/** A lake as a stack of its own, which is what `audit-lake.config.ts` describes. */
export class SlackAuditLakeStack extends Stack {
  /** @param synthesizer - default: the app's */
  constructor(scope: Construct, config: Config, synthesizer?: IStackSynthesizer) {
    super(scope, config.stackName, {
      description: "Slack Enterprise Grid audit logs: archive, SQL and events",
      ...(config.environment === undefined ? {} : { env: config.environment }),
      ...(synthesizer === undefined ? {} : { synthesizer }),
    });
    addLake(this, config);

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
  }
}
