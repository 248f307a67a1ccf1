import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Rule, SEVERITIES } from "../../lib/detect/rule.ts";
import { UsageError } from "../errors.ts";

/**
 * The rules that the modules of a folder export, whatever the exports are called, in
 * the order of the files' names. Reading them runs their code.
 *
 * @throws {UsageError} when the folder or a module cannot be read, when a module exports
 * no rule, or something else
 */
export async function readOwnRules(directory: string): Promise<Rule[]> {
  try {
    const files = (await readdir(directory)).filter((name) => /\.(?:js|mjs|ts|mts)$/.test(name));
    const rules: Rule[] = [];
    for (const file of files.sort()) {
      const module: Record<string, unknown> = await import(
        pathToFileURL(resolve(directory, file)).href
      );
      const exported = Object.values(module);
      const wrong = exported.length === 0 || !exported.every(isRule);
      if (wrong) throw new Error(`${file} must export rules, and nothing else`);
      rules.push(...exported);
    }
    return rules;
  } catch (cause) {
    throw new UsageError(`--rules ${directory}: ${(cause as Error).message}`, { cause });
  }
}

/** What the detector calls and an alert shows; TypeScript has checked the rest. */
function isRule(value: unknown): value is Rule {
  if (typeof value !== "object" || value === null) return false;
  const { id, title, severity, reason, techniques, actions, alertTitle, dedupeKey } =
    value as Partial<Rule>;
  return (
    [id, title, reason].every((text) => typeof text === "string") &&
    SEVERITIES.some((known) => known === severity) &&
    [techniques, actions].every(Array.isArray) &&
    [alertTitle, dedupeKey].every((call) => typeof call === "function")
  );
}
