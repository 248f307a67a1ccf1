import type { AnomalyReason, AuditLogEntry } from "../slack/types.ts";
import { actorId, actorName, entityId, entityName, textsAt } from "./entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "./example-entry.ts";
import { ANOMALIES_REFERENCE, type Rule } from "./rule.ts";

/** The reasons that Slack documents. */
export const ANOMALY_REASONS = [
  "asn",
  "excessive_downloads",
  "excessive_file_shares",
  "excessive_malware_uploads",
  "ip_address",
  "potential_spam",
  "search_volume", // deprecated by Slack on 2025-05-02; older entries have it
  "session_fingerprint",
  "spoofed_user_agent",
  "tor",
  "unexpected_admin_action",
  "unexpected_api_call_volume",
  "unexpected_client",
  "unexpected_credential_testing",
  "unexpected_message_deletion",
  "unexpected_scraping",
  "unexpected_user_agent",
  "user_agent",
] as const satisfies readonly AnomalyReason[];

type KnownReason = (typeof ANOMALY_REASONS)[number];

/** Why Slack considers an entry anomalous; empty when it gives no reason. */
export function anomalyReasons(entry: AuditLogEntry): string[] {
  return textsAt(entry, "details", "reason");
}

/** Whether Slack found the address on a list of indicators of compromise. */
export function isThreatListed(entry: AuditLogEntry): boolean {
  return textsAt(entry, "details", "ip_address_details").includes("in-ioc-list");
}

/** Whether the entity, an app or a user, is who is meant; else the actor is. */
function isOfEntity(entry: AuditLogEntry): boolean {
  return entityId(entry) !== "unknown";
}

/** One alert for each app or user. */
export function anomalyKey(entry: AuditLogEntry): string {
  return isOfEntity(entry) ? entityId(entry) : actorId(entry);
}

export function anomalyTitle(entry: AuditLogEntry): string {
  const reasons = anomalyReasons(entry).join(", ") || "no reason given";
  const subject = isOfEntity(entry) ? entityName(entry) : actorName(entry);
  return `Slack reports an anomaly of ${subject}: ${reasons}`;
}

export function exampleAnomaly(
  reason: string | string[],
  ip_address_details?: string[],
): AuditLogEntry {
  return exampleEntry("anomaly", {
    entity: EXAMPLE_ENTITIES.user,
    details: {
      action_timestamp: 1766105705989994,
      location: "Reno, Nevada",
      previous_ip_address: "198.51.100.4",
      previous_ua: "",
      reason,
      ...(ip_address_details && { ip_address_details }),
    },
  });
}

/** A rule for the anomalies that Slack reports for certain reasons. */
export function anomalyRule(
  rule: Pick<
    Rule,
    "id" | "title" | "severity" | "reason" | "checks" | "falsePositives" | "query" | "techniques"
  > & {
    reasons: readonly KnownReason[];
  },
): Rule {
  const { reasons, ...described } = rule;
  const other = ANOMALY_REASONS.filter((reason) => !reasons.includes(reason));
  return {
    ...described,
    reference: ANOMALIES_REFERENCE,
    actions: ["anomaly"],
    matches: (entry) => anomalyReasons(entry).some((found) => reasons.some((r) => r === found)),
    alertTitle: anomalyTitle,
    dedupeKey: anomalyKey,
    examples: {
      match: [
        ...reasons.map((reason) => ({ name: reason, entry: exampleAnomaly([reason]) })),
        ...reasons.map((reason) => ({ name: `${reason} as text`, entry: exampleAnomaly(reason) })),
        { name: "among others", entry: exampleAnomaly(["something_new", ...reasons]) },
      ],
      ignore: [
        {
          name: "all other reasons",
          because: "each has a rule",
          entry: exampleAnomaly(other),
        },
        {
          name: "no reason",
          because: "anomaly-unlisted-reason reports it",
          entry: exampleEntry("anomaly"),
        },
      ],
    },
  };
}
