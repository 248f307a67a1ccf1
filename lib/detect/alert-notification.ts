import type { Alert } from "./alert.ts";
import type { Notification } from "./ports.ts";

/** An alert as a message: a subject and a text for a person, the alert itself for a program. */
export function toNotification(alert: Alert): Notification {
  return {
    subject: `[${alert.severity.toUpperCase()}] ${alert.title}`,
    text: alertText(alert),
    data: { type: "alert", ...alert },
    attributes: {
      type: "alert",
      alertId: alert.id,
      ruleId: alert.ruleId,
      severity: alert.severity,
      source: alert.source,
      action: alert.entry.action,
      actorId: alert.entry.actorId,
      techniques: alert.techniques.map(({ id }) => id),
    },
  };
}

function alertText(alert: Alert): string {
  return [
    alert.title,
    "",
    alert.reason,
    "",
    ...alertFacts(alert).map(([name, text]) => `${`${name}:`.padEnd(11)}${text}`),
    "",
    alert.series === undefined ? "The entry in Athena:" : "The entries in Athena:",
    entryQuery(alert),
    "",
    `The same again until ${alert.period.end} is not reported. Alert id: ${alert.id}`,
    "",
  ].join("\n");
}

/** What is known beside title and reason, for a person: names and texts, in the order to show. */
export function alertFacts(alert: Alert): [name: string, text: string][] {
  const { entry } = alert;
  const facts: [string, string | undefined][] = [
    ["Severity", alert.severity],
    ["When", entry.time],
    ["Action", entry.action],
    ["Who", `${entry.actor} [${entry.actorId}]`],
    ["What", `${entry.entity} [${entry.entityId}]`],
    ["Where", entry.location],
    ["Address", entry.ipAddress],
    ["Client", entry.userAgent],
    ["Entries", entriesText(alert)],
    ["ATT&CK", alert.techniques.map(({ id, name }) => `${id} ${name}`).join("; ")],
    ["Rule", alert.ruleId],
    ["Reference", alert.reference],
  ];
  return facts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]));
}

function entriesText({ entries, series }: Alert): string | undefined {
  if (series !== undefined) return `from ${series.from} to ${series.to}, or longer; this is one`;
  return entries === 1 ? undefined : `${entries}; this is the first`;
}

/** The SQL that finds what the alert is about. */
export function entryQuery({ source, entry, series }: Alert): string {
  const from = `SELECT * FROM audit_logs WHERE source = '${source}'`;
  if (series !== undefined) {
    const days = `dt BETWEEN '${series.from.slice(0, 10)}' AND '${series.to.slice(0, 10)}'`;
    return `${from} AND ${days} AND (${series.where})`;
  }
  const id = entry.id.replaceAll("'", "''");
  return `${from} AND dt = '${entry.time.slice(0, 10)}' AND id = '${id}'`;
}
