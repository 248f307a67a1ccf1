import { isPlain } from "../fields.ts";
import type { RuleOverrides } from "./configure.ts";
import type { Suppression } from "./suppressions.ts";

/** Settings of rules, and suppressions, as far as they name sources. */
interface Settings {
  rules?: RuleOverrides;
  suppressions?: readonly Suppression[];
}

/**
 * Settings that name a source that is not there, and so change nothing: a slip. What may be a
 * secret in the wrong place is told by its place, and not quoted.
 *
 * @param sources - all that there are
 */
export function* unknownSources(
  { rules = {}, suppressions = [] }: Settings,
  sources: readonly string[],
): Generator<{ path: PropertyKey[]; message: string }> {
  for (const [id, override] of Object.entries(rules)) {
    const named = typeof override === "string" ? {} : (override.sources ?? {});
    for (const [index, source] of Object.keys(named).entries()) {
      if (!sources.includes(source)) {
        const name = isPlain(source) ? `"${source}"` : `number ${index + 1}`;
        yield { path: ["rules", id, "sources"], message: `${name} ${noSource(sources)}` };
      }
    }
  }
  for (const [index, { source }] of suppressions.entries()) {
    if (source !== undefined && !sources.includes(source)) {
      const name = isPlain(source) ? `"${source}" ` : "";
      yield { path: ["suppressions", index, "source"], message: `${name}${noSource(sources)}` };
    }
  }
}

/** @param sources - all that there are */
export function noSource(sources: readonly string[]): string {
  return `is no source; there is ${sources.join(", ")}`;
}
