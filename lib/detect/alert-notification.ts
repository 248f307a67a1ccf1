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
  const { facts, lists, commands } = alertParts(alert);
  return [
    alert.title,
    "",
    alert.reason,
    "",
    ...facts.map(([name, text]) => `${`${name}:`.padEnd(11)}${text}`),
    "",
    ...lists.flatMap(([heading, items]) => [
      `${heading}:`,
      ...items.map((item) => `- ${item}`),
      "",
    ]),
    ...commands.flatMap(([heading, command]) => [`${heading}:`, command, ""]),
    `The same again until ${alert.period.end} is not reported. Alert id: ${alert.id}`,
    "",
  ].join("\n");
}

/** What is known beside title and reason, for a person, in the order to show. */
export interface AlertParts {
  facts: [name: string, text: string][];
  /** Sentences; no list is empty. */
  lists: [heading: string, items: readonly string[]][];
  /** To run: commands and SQL, one line or several. */
  commands: [heading: string, command: string][];
}

export function alertParts(alert: Alert): AlertParts {
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
  const lists: AlertParts["lists"] = [
    ["Check next", alert.checks],
    ["Often harmless", alert.falsePositives],
  ];
  return {
    facts: facts.flatMap(([name, text]) =>
      text === undefined || text === "" ? [] : [[name, text]],
    ),
    lists: lists.filter(([, items]) => items.length > 0),
    commands: [
      ["The exact text", inspect.cat],
      ["In Athena, or with audit-lake query", inspect.sql],
      ...(inspect.query === undefined
        ? []
        : [
            [
              `What happened around it (in Athena the saved query ${inspect.queryName})`,
              inspect.query,
            ] as [string, string],
          ]),
    ],
  };
}

/** `192.0.2.10 (DE, AS64500 Example Telecom, not a known network, Tor exits)` */
function addressText({ entry }: Alert): string | undefined {
  const { ipAddress, country, network, isKnownNetwork, lists = [] } = entry;
  const known = isKnownNetwork === false ? "not a known network" : undefined;
  const facts = [country, network, known, ...lists].filter((text) => text !== undefined);
  return facts.length === 0 ? ipAddress : `${ipAddress} (${facts.join(", ")})`;
}

function entriesText({ entries, series, firstTime, lastTime }: Alert): string | undefined {
  if (series !== undefined) return `from ${firstTime} to ${lastTime}, or longer; this is one`;
  return entries === 1
    ? undefined
    : `${entries}, from ${firstTime} to ${lastTime}; this is the first`;
}
