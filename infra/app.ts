import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { ConfigError, parseConfig } from "./config.ts";
import { SlackAuditLakeStack } from "./slack-audit-lake-stack.ts";

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

// `cdk deploy -c config=staging.config.ts` takes another file.
const fileName: string = app.node.tryGetContext("config") ?? "audit-lake.config.ts";
const file: { default: unknown } = await import(pathToFileURL(resolve(fileName)).href);

try {
  new SlackAuditLakeStack(app, parseConfig(file.default, fileName));
} catch (error) {
  if (!(error instanceof ConfigError)) {
    throw error;
  }
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
