/** The stack puts files beside the code of this function, since an environment holds 4 KB only. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { ContextFile } from "../../lib/detect/context/context-file.ts";
import type { ContextFiles } from "../../lib/detect/context/read-context.ts";
import type { Detection } from "../../lib/detect/correlation.ts";
import { rulesOf } from "../../lib/detect/own-rules.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import { parseSuppressions, type Suppression } from "../../lib/detect/suppressions.ts";
import {
  CONTEXT_FILES,
  OWN_RULES_FILE,
  SUPPRESSIONS_FILE,
  THREAT_LISTS,
} from "../../lib/stack/detection-files.ts";

/**
 * @param code - URL of the function's code
 * @param rules - that they may name
 */
export function readSuppressions(
  code: string,
  rules: readonly Detection[],
): readonly Suppression[] {
  const file = read(SUPPRESSIONS_FILE, code);
  return file === undefined
    ? []
    : parseSuppressions(JSON.parse(Buffer.from(file.content).toString()), rules);
}

/** @param code - URL of the function's code */
export async function readOwnRules(code: string): Promise<Rule[]> {
  const file = new URL(OWN_RULES_FILE, code);
  return existsSync(file) ? rulesOf(await import(file.href)) : [];
}

/** @param code - URL of the function's code */
export function readContextFiles(code: string): ContextFiles {
  const files = Object.entries(CONTEXT_FILES).map(([kind, path]) => [kind, read(path, code)]);
  const folder = new URL(THREAT_LISTS, code);
  const lists = existsSync(folder) ? readdirSync(folder) : [];
  return {
    ...Object.fromEntries(files),
    threatLists: lists.flatMap((name) => read(`${THREAT_LISTS}${name}`, code) ?? []),
  };
}

function read(path: string, code: string): ContextFile | undefined {
  const url = new URL(path, code);
  return existsSync(url) ? { name: path, content: readFileSync(url) } : undefined;
}
