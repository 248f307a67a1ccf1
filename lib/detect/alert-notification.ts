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
  const { entry, inspect } = alert;
  const tactics = new Set(
    alert.techniques.flatMap(({ tactics }) => tactics.map(({ name }) => name)),
  );
  const facts: [string, string | undefined][] = [
    ["Severity", alert.severity],
    ["When", entry.time],
    ["Action", entry.action],
    ["Who", `${entry.actor} [${entry.actorId}]`],
    ["What", `${entry.entity} [${entry.entityId}]`],
    ["Where", entry.location],
    ["Address", addressText(alert)],
    [
      "Staff",
      entry.staff &&
        Object.entries(entry.staff)
          .map(([name, text]) => `${name}: ${text}`)
          .join("; "),
    ],
    ["Client", entry.userAgent],
    ["Entries", entriesText(alert)],
    ["ATT&CK", alert.techniques.map(({ id, name }) => `${id} ${name}`).join("; ")],
    ["Tactics", [...tactics].join(", ")],
    ["Rule", alert.ruleId],
    ["Reference", alert.reference],
  ];
  const known = facts.flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${`${name}:`.padEnd(11)}${value}`],
  );
  return [
    alert.title,
    "",
    alert.reason,
    "",
    ...known,
    "",
    ...list("Check next:", alert.checks),
    ...list("Often harmless:", alert.falsePositives),
    ...block("The exact text:", inspect.cat),
    ...block(`In Athena, or with audit-lake query:`, inspect.sql),
    ...(inspect.query === undefined
      ? []
      : block(
          `What happened around it (in Athena the saved query ${inspect.queryName}):`,
          inspect.query,
        )),
    `The same again until ${alert.period.end} is not reported. Alert id: ${alert.id}`,
    "",
  ].join("\n");
}

/** `192.0.2.10 (DE, AS64500 Example Telecom, not a known network, Tor exits)` */
function addressText({ entry }: Alert): string | undefined {
  const { ipAddress, country, network, isKnownNetwork, lists = [] } = entry;
  const known = isKnownNetwork === false ? "not a known network" : undefined;
  const facts = [country, network, known, ...lists].filter((text) => text !== undefined);
  return facts.length === 0 ? ipAddress : `${ipAddress} (${facts.join(", ")})`;
}

function list(heading: string, sentences: readonly string[]): string[] {
  return sentences.length === 0
    ? []
    : [heading, ...sentences.map((sentence) => `- ${sentence}`), ""];
}

function block(heading: string, text: string): string[] {
  return [heading, text, ""];
}

function entriesText({ entries, series, firstTime, lastTime }: Alert): string | undefined {
  if (series !== undefined) return `from ${firstTime} to ${lastTime}, or longer; this is one`;
  return entries === 1
    ? undefined
    : `${entries}, from ${firstTime} to ${lastTime}; this is the first`;
}
