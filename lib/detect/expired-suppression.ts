import type { AuditLogEntry } from "../slack/types.ts";
import { SECONDS_PER_DAY, startOfDay } from "../time.ts";
import { type Alert, makeAlert } from "./alert.ts";
import { actionsOf, type Detection } from "./correlation.ts";
import { quoted } from "./entry-fields.ts";
import { sqlText } from "./inspect.ts";
import type { RuleDescription } from "./rule.ts";
import type { Suppression } from "./suppressions.ts";

/** A suppression that has expired comes back this often, until it is renewed or removed. */
const PERIOD_SECONDS = 7 * SECONDS_PER_DAY;

/** What is told of a suppression that holds no longer. No setting turns it off. */
export const SUPPRESSION_EXPIRED: RuleDescription = {
  id: "suppression-expired",
  title: "A suppression has expired",
  severity: "medium",
  reason:
    "The alerts that it held back are published again. Someone decided once that nobody needs them, until this day.",
  checks: [
    "Ask the owner whether the reason still holds.",
    "Remove the suppression, or give it a new day on which it expires.",
  ],
  falsePositives: ["The bot or the network is gone, and only the line in the file is left."],
  techniques: [],
  reference: "docs/operate/detection.md#suppressions",
};

/**
 * The alert that a suppression has expired. It shows the suppression in the place of an entry,
 * and its commands show the entries that the rule has looked at since.
 *
 * @param rule - that it is about
 * @param found.latest - epoch seconds: of an entry after it expired
 */
export function expiredAlert(
  suppression: Suppression,
  rule: Detection,
  { source, objectKey, latest }: { source: string; objectKey: string; latest: number },
): Alert {
  const { expires, owner, reason } = suppression;
  const { id: ruleId } = rule;
  const line = JSON.stringify(suppression);
  const expiredAt = startOfDay(expires);
  const start = latest - ((latest - expiredAt) % PERIOD_SECONDS);
  const actions = actionsOf(rule);
  const entry = {
    id: `suppression of ${ruleId}`,
    date_create: expiredAt,
    action: "suppression_expired",
    actor: { type: "user", user: { id: owner, name: owner } },
    entity: { type: "rule", rule: { id: ruleId, name: ruleId } },
    context: { location: { type: "source", id: source, name: source } },
  } as unknown as AuditLogEntry;
  return makeAlert(
    SUPPRESSION_EXPIRED,
    { entry, source, objectKey, line },
    {
      title: `The suppression of ${ruleId} by ${quoted(owner)} expired on ${expires}: ${quoted(reason)}`,
      dedupeKey: line,
      start,
      periodSeconds: PERIOD_SECONDS,
    },
    {
      count: 1,
      ids: [entry.id],
      first: start,
      last: latest,
      series: { actions, where: `action IN (${actions.map(sqlText).join(", ")})` },
    },
  );
}
