import type { AnomalyReason, AuditLogEntry } from "../slack/types.ts";
import { actorId, actorName, entityName, textAt, textsAt } from "./entry-fields.ts";
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
  "search_volume",
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

/** Who is meant: the entity, which can be an app, or the actor. */
export function anomalyKey(entry: AuditLogEntry): string {
  const type = textAt(entry, "entity", "type") ?? "user";
  return textAt(entry, "entity", type, "id") ?? actorId(entry);
}

export function anomalyTitle(entry: AuditLogEntry): string {
  const reasons = anomalyReasons(entry).join(", ") || "no reason given";
  const subject = textAt(entry, "entity", "type") === "app" ? entityName(entry) : actorName(entry);
  return `Slack reports an anomaly of ${subject}: ${reasons}`;
}

export function exampleAnomaly(reason: string | string[]): AuditLogEntry {
  return exampleEntry("anomaly", {
    entity: EXAMPLE_ENTITIES.user,
    details: {
      action_timestamp: 1766105705989994,
      location: "Reno, Nevada",
      previous_ip_address: "198.51.100.4",
      previous_ua: "",
      reason,
    },
  });
}

/** A rule for the anomalies that Slack reports for certain reasons. */
export function anomalyRule(
  rule: Pick<Rule, "id" | "title" | "severity" | "reason" | "techniques"> & {
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
        { name: "all other reasons", entry: exampleAnomaly(other) },
        { name: "no reason", entry: exampleEntry("anomaly") },
      ],
    },
  };
}
