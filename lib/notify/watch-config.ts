/** The file that `audit-lake watch` is configured with. */
import * as z from "zod";
import { parseRuleOverrides } from "../detect/configure.ts";
import type { Detection } from "../detect/correlation.ts";
import { SUPPRESSION_EXPIRED } from "../detect/expired-suppression.ts";
import { parseSuppressions, Suppressions } from "../detect/suppressions.ts";
import { unknownSources } from "../detect/unknown-sources.ts";
import { UNQUOTED } from "../fields.ts";
import { parseDuration, SECONDS_PER_DAY } from "../time.ts";
import { checkRouting } from "./check-routing.ts";
import { routeList, targetsByName } from "./target-settings.ts";

/** The configuration of `watch` is not valid. One line, whatever number of problems. */
export class WatchConfigError extends Error {
  override readonly name = "WatchConfigError";
  readonly code = "watch_config";
}

/** Not quoted: it may be a secret. */
const environmentVariable = z.string({ error: "is missing" }).regex(/^[A-Z_][A-Z0-9_]*$/, {
  error:
    "must be the name of an environment variable (capitals, digits and _), never the secret itself",
});

const period = z
  .string()
  .transform((text) => parseDuration(text) ?? Number.NaN)
  .refine((seconds) => seconds >= 60 && seconds <= 7 * SECONDS_PER_DAY, {
    error: 'must be a duration from "1m" to "7d"',
  });

const { list, section } = UNQUOTED;

const ids = list(z.string(), "a list of ids");

const SCHEMA = section({
  targets: targetsByName(environmentVariable),
  routes: routeList,
  /** By id of a rule: `off` or a severity; settings for single sources as in the stack. */
  rules: z.unknown().optional(),
  suppressions: z.unknown().optional(),
  alertPeriod: period.prefault("1h"),
  ownAppIds: ids.default([]),
  ownInstallerIds: ids.default([]),
});

export type WatchConfig = ReturnType<typeof parseWatchConfig>;

/**
 * @param value - of the file, parsed
 * @param sources - of the archive, which it may name
 * @throws {WatchConfigError} naming each value that is wrong
 */
export function parseWatchConfig(
  value: unknown,
  detections: readonly Detection[],
  sources: readonly string[],
) {
  const parsed = SCHEMA.safeParse(value);
  if (!parsed.success) throw new WatchConfigError(parsed.error.issues.map(describe).join("; "));
  const { targets, routes, alertPeriod, ...rest } = parsed.data;
  const ruleIds = [...detections, SUPPRESSION_EXPIRED].map(({ id }) => id);
  const problems = [...checkRouting({ targets, routes }, { ruleIds, sources })];
  if (problems.length > 0) throw new WatchConfigError(problems.map(describe).join("; "));
  const settings = parseSettings(rest, detections);
  const unknown = [...unknownSources(settings, sources)];
  if (unknown.length > 0) throw new WatchConfigError(unknown.map(describe).join("; "));
  return {
    ...{ targets, routes },
    periodSeconds: alertPeriod,
    overrides: settings.rules,
    suppressions: new Suppressions(settings.suppressions),
    context: { ownAppIds: rest.ownAppIds, ownInstallerIds: rest.ownInstallerIds },
  };
}

function parseSettings(
  { rules = {}, suppressions = [] }: { rules?: unknown; suppressions?: unknown },
  detections: readonly Detection[],
) {
  try {
    return {
      rules: parseRuleOverrides(rules, detections),
      suppressions: parseSuppressions(suppressions, detections),
    };
  } catch (cause) {
    throw new WatchConfigError((cause as Error).message, { cause });
  }
}

function describe({ path, message }: { path: PropertyKey[]; message: string }): string {
  const place = path.map(String).join(".");
  return place === "" ? message : `${place}: ${message}`;
}
