import type { RuleOverrides } from "./configure.ts";
import type { Suppression } from "./suppressions.ts";

/** Settings of rules, and suppressions, as far as they name sources. */
interface Settings {
  rules?: RuleOverrides;
  suppressions?: readonly Suppression[];
}

/**
 * Settings that name a source that is not there, and so change nothing: a slip.
 *
 * @param sources - all that there are
 */
export function* unknownSources(
  { rules = {}, suppressions = [] }: Settings,
  sources: readonly string[],
): Generator<{ path: PropertyKey[]; message: string }> {
  for (const [id, override] of Object.entries(rules)) {
    const named = typeof override === "string" ? {} : (override.sources ?? {});
    for (const source of Object.keys(named)) {
      if (!sources.includes(source)) {
        yield { path: ["rules", id, "sources"], message: noSource(source, sources) };
      }
    }
  }
  for (const [index, { source }] of suppressions.entries()) {
    if (source !== undefined && !sources.includes(source)) {
      yield { path: ["suppressions", index, "source"], message: noSource(source, sources) };
    }
  }
}

/** @param sources - all that there are */
export function noSource(source: string, sources: readonly string[]): string {
  return `"${source}" is no source; there is ${sources.join(", ")}`;
}
