import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { ConfigError, parseConfig } from "./config/parse.ts";
import type { Config } from "./config/schema.ts";
import { SlackAuditLakeStack } from "./slack-audit-lake-stack.ts";

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

// `npx cdk deploy -c config=staging.config.ts` takes another file.
const fileName: string = app.node.tryGetContext("config") ?? "audit-lake.config.ts";

try {
  new SlackAuditLakeStack(app, await loadConfig(fileName));
} catch (error) {
  if (!(error instanceof ConfigError)) {
    throw error;
  }
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

async function loadConfig(fileName: string): Promise<Config> {
  const path = resolve(fileName);
  if (!existsSync(path)) {
    throw new ConfigError(`${fileName}: there is no such file in ${process.cwd()}`);
  }
  const file: { default?: unknown } = await import(pathToFileURL(path).href);
  return parseConfig(file.default, fileName);
}
