import { readFileSync } from "node:fs";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import type { AuditLakeConfig } from "../../infra/config/config.ts";
import { parseConfig } from "../../infra/config/parse.ts";
import { SlackAuditLakeStack } from "../../infra/slack-audit-lake-stack.ts";

/** The shortest configuration there is. */
export const MINIMAL_CONFIG: AuditLakeConfig = {
  archiveStartsOn: "2026-01-01",
  sources: [{ name: "acme" }],
};

/** Settings of an app that refers to the built functions where they are, instead of copying them. */
export const WITHOUT_COPIES = { "aws:cdk:disable-asset-staging": true };

const syntheses = new Map<string, ReturnType<typeof synthesizeAnew>>();

/**
 * The stack as `cdk synth` makes it, without a copy of the functions. Tests share
 * the stack of a configuration: they look, and change nothing.
 */
export function synthesize(overrides: Partial<AuditLakeConfig> = {}) {
  const key = JSON.stringify(overrides);
  const synthesis = syntheses.get(key) ?? synthesizeAnew(overrides);
  syntheses.set(key, synthesis);
  return synthesis;
}

/** The same, and CloudFormation's own rules have nothing to say against it: they take most of the time. */
export function synthesizeAndValidate(overrides: Partial<AuditLakeConfig>) {
  return synthesizeAnew(overrides, true);
}

function synthesizeAnew(
  overrides: Partial<AuditLakeConfig>,
  builtinCloudFormationValidation = false,
) {
  const app = newApp(builtinCloudFormationValidation);
  const config = parseConfig({ ...MINIMAL_CONFIG, ...overrides }, "test");
  const stack = new SlackAuditLakeStack(app, config);
  return { app, stack, template: Template.fromStack(stack) };
}

/** An app with this project's settings of the CDK. */
function newApp(builtinCloudFormationValidation: boolean): App {
  const { context } = JSON.parse(readFileSync("cdk.json", "utf8"));
  return new App({ context: { ...context, ...WITHOUT_COPIES }, builtinCloudFormationValidation });
}

export type Resource = {
  Type: string;
  DeletionPolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are as deep as CloudFormation
  Properties: any;
};

/** The one resource of a type whose logical id begins like this. */
export function resource(template: Template, type: string, idPrefix: string): Resource {
  const found = Object.entries(template.findResources(type)).filter(([id]) =>
    id.startsWith(idPrefix),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${found.length} resources ${type} begin with ${idPrefix}, not one`);
  }
  return only[1] as Resource;
}
