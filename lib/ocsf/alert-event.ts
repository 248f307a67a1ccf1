import { isIP } from "node:net";
import type { Alert } from "../detect/alert.ts";
import type { Severity } from "../detect/rule.ts";
import {
  DEFAULT_SCHEMA_VERSION,
  PROFILES,
  type SchemaVersion,
  type SeverityCaption,
} from "./classes.ts";
import { ofAddress, ofPerson, placed, saidOf } from "./enrichments.ts";
import type { OcsfEvent } from "./event.ts";
import { headOf } from "./heads.ts";
import type { Members } from "./members.ts";

const SEVERITY_CAPTIONS: Record<Severity, SeverityCaption> = {
  info: "Informational",
  low: "Low",
  medium: "Medium",
  high: "High",
  critical: "Critical",
};

/** What the schema calls a finding that is held back. */
const SUPPRESSED = { status: "Suppressed", status_id: 3 } as const;

/**
 * An alert of our rules as a Detection Finding. What local files say of the address and of who
 * did it are its enrichments; what has no place is in `unmapped`, as in the alert.
 */
export function toFinding(
  alert: Alert,
  version: SchemaVersion = DEFAULT_SCHEMA_VERSION,
): OcsfEvent<string> {
  const { id, ruleId, title, severity, reason, techniques, reference, source, entry, line } = alert;
  const { schemaVersion, objectKey, period, checks, falsePositives, inspect, series } = alert;
  const head = headOf(
    {
      class: "detection_finding",
      activity: "Create",
      severity: SEVERITY_CAPTIONS[severity],
      actions: [],
    },
    ruleId,
  );
  const time = Date.parse(alert.lastTime);
  const firstTime = Date.parse(alert.firstTime);
  const enrichments = enrichmentsOf(entry);
  return {
    ...head.fields,
    ...(alert.suppression !== undefined && SUPPRESSED),
    time,
    start_time: firstTime,
    end_time: time,
    count: alert.entries,
    message: title,
    metadata: {
      version,
      product: { name: "Slack Audit Lake", vendor_name: "Slack Audit Lake" },
      profiles: PROFILES,
      log_name: "alerts",
      log_provider: "Slack Audit Lake",
      tenant_uid: source,
      uid: id,
      event_code: ruleId,
    },
    actor: { user: { uid: entry.actorId, name: entry.actor, type_id: 1 } },
    cloud: { provider: "Slack", account: { name: entry.location, type_id: 99 } },
    ...(entry.ipAddress !== undefined && {
      device: {
        ...addressOf(entry.ipAddress),
        ...placed(saidOf(entry), "device"),
        type: "Unknown",
        type_id: 0,
      },
    }),
    resources: [{ uid: entry.entityId, name: entry.entity }],
    is_alert: true,
    finding_info: {
      uid: id,
      title,
      desc: reason,
      src_url: reference,
      created_time: time,
      first_seen_time: firstTime,
      last_seen_time: time,
      analytic: { uid: ruleId, name: ruleId, type: "Rule", type_id: 1 },
      attacks: techniques.flatMap(({ id, name, url, tactics }) =>
        tactics.map((tactic) => ({
          technique: { uid: id, name, src_url: url },
          tactic: { uid: tactic.id, name: tactic.name },
        })),
      ),
      related_events: alert.entryIds.map((uid) => ({ uid, type: entry.action })),
    },
    ...(enrichments.length > 0 && { enrichments }),
    unmapped: {
      schemaVersion,
      objectKey,
      period,
      checks,
      falsePositives,
      inspect,
      entry: { id: entry.id, time: entry.time, userAgent: entry.userAgent },
      ...(series !== undefined && { series }),
      ...(alert.suppression !== undefined && { suppression: alert.suppression }),
    },
    raw_data: line ?? "",
  };
}

/** What is no address is a name. */
function addressOf(text: string): Members {
  return isIP(text) === 0 ? { name: text } : { ip: text };
}

function enrichmentsOf({ actorId, ipAddress = "", staff, ...facts }: Alert["entry"]): Members[] {
  return [
    ...ofAddress("device.ip", ipAddress, saidOf(facts)),
    ...ofPerson("actor.user.uid", actorId, staff),
  ];
}
