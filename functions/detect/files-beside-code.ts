/** The stack puts files beside the code of this function, since an environment holds 4 KB only. */
import { existsSync } from "node:fs";
import type { Detection } from "../../lib/detect/correlation.ts";
import { rulesOf } from "../../lib/detect/own-rules.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import { parseSuppressions, type Suppression } from "../../lib/detect/suppressions.ts";
import { OWN_RULES_FILE, SUPPRESSIONS_FILE } from "../../lib/stack/detection-files.ts";
import { readBesideCode } from "../context-files.ts";

/**
 * @param code - URL of the function's code
 * @param rules - that they may name
 */
export function readSuppressions(
  code: string,
  rules: readonly Detection[],
): readonly Suppression[] {
  const file = readBesideCode(SUPPRESSIONS_FILE, code);
  return file === undefined
    ? []
    : parseSuppressions(JSON.parse(Buffer.from(file.content).toString()), rules);
}

/** @param code - URL of the function's code */
export async function readOwnRules(code: string): Promise<Rule[]> {
  const file = new URL(OWN_RULES_FILE, code);
  return existsSync(file) ? rulesOf(await import(file.href)) : [];
}
