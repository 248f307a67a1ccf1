/** Checks a configuration before anything is synthesized. */

import type { z } from "zod";
import { type Contradiction, contradictions, tagContradictions } from "./contradictions.ts";
import { type Config, configSchema, type LakeConfig, lakeSchema } from "./schema.ts";

/** The configuration has something that cannot be deployed. One line a problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "config_invalid";
}

const checkedLake = lakeSchema.superRefine((lake, context) => {
  addIssues(context, contradictions(lake));
});

const checkedConfig = configSchema.superRefine((config, context) => {
  addIssues(context, contradictions(config));
  addIssues(context, tagContradictions(config.tags));
});

function addIssues(context: z.RefinementCtx, found: Iterable<Contradiction>): void {
  for (const { path, message } of found) {
    context.addIssue({ code: "custom", path, message });
  }
}

/**
 * Check the properties of a lake.
 *
 * @param construct - its path, for the message
 * @throws {ConfigError} naming each wrong value, where it is and what is allowed there
 */
export function parseLakeProps(value: unknown, construct: string): LakeConfig {
  return parse(checkedLake, value, construct);
}

/**
 * Check what a configuration file exports.
 *
 * @param fileName - for the message
 * @throws {ConfigError} naming each wrong value, where it is and what is allowed there
 */
export function parseConfig(value: unknown, fileName: string): Config {
  return parse(checkedConfig, value, fileName);
}

function parse<Output>(schema: z.ZodType<Output>, value: unknown, where: string): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? `${where}: ${message}` : `${where}: ${toPathText(path)} ${message}`,
  );
  throw new ConfigError(problems.join("\n"));
}

/** `sources[0].name:` */
function toPathText(path: readonly PropertyKey[]): string {
  return `${path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`,
    )
    .join("")}:`;
}
