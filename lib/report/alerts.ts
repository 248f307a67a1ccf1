import type { Alert } from "../detect/alert.ts";
import type { ArchiveFindings } from "../detect/detect-archive.ts";
import { SEVERITIES } from "../detect/rule.ts";
import type { RowStream } from "../sql/query-result.ts";
import type { AlertSummary, AlertsSummary } from "./report-data.ts";

/** Alerts that a page shows with their entries. */
const SHOWN_MAX = 100;

/** Counts all alerts, and keeps those that are shown. */
export class AlertCollector {
  readonly #byHour = new Map<string, AlertsSummary["byHour"][number]>();
  readonly #byTactic = new Map<string, AlertsSummary["byTactic"][number]>();
  readonly #rules = new Map<string, AlertsSummary["rules"][number]>();
  #kept: Alert[] = [];
  #keptSuppressed: Alert[] = [];
  #suppressed = 0;
  #total = 0;

  add(alert: Alert): void {
    if (alert.suppression !== undefined) {
      this.#suppressed += 1;
      if (this.#keptSuppressed.length < SHOWN_MAX) this.#keptSuppressed.push(alert);
      return;
    }
    const { ruleId: id, severity, entry, techniques, entries } = alert;
    this.#total += 1;
    const rule = this.#rules.get(`${id}/${severity}`);
    this.#rules.set(`${id}/${severity}`, {
      ...{ id, severity },
      alerts: (rule?.alerts ?? 0) + 1,
      matches: (rule?.matches ?? 0) + entries,
    });
    const start = `${entry.time.slice(0, 13)}:00:00Z`;
    count(this.#byHour, `${start}/${severity}`, { start, severity, alerts: 1 });
    for (const tactic of namesOfTactics(techniques)) {
      count(this.#byTactic, `${tactic}/${severity}`, { tactic, severity, alerts: 1 });
    }
    this.#kept.push(alert);
    if (this.#kept.length >= 10 * SHOWN_MAX) this.#kept = this.#mostSevere();
  }

  /** @param findings - absent when the alerts are those of the log */
  summary(findings?: Pick<ArchiveFindings, "entries">): AlertsSummary {
    return {
      entries: findings?.entries,
      total: this.#total,
      rules: [...this.#rules.values()].sort(
        (a, b) => compareSeverity(a, b) || b.alerts - a.alerts || (a.id < b.id ? -1 : 1),
      ),
      byHour: [...this.#byHour.values()].sort((a, b) => (a.start < b.start ? -1 : 1)),
      byTactic: [...this.#byTactic.values()],
      shown: this.#mostSevere().map(toAlertSummary),
      suppressed: { total: this.#suppressed, shown: this.#keptSuppressed.map(toAlertSummary) },
    };
  }

  #mostSevere(): Alert[] {
    return this.#kept
      .toSorted((a, b) => compareSeverity(a, b) || (a.entry.time < b.entry.time ? 1 : -1))
      .slice(0, SHOWN_MAX);
  }
}

/** Read the log of alerts. */
export async function readAlerts(
  { columns, batches }: RowStream,
  onAlert: (alert: Alert) => void,
): Promise<void> {
  const index = columns.indexOf("line");
  for await (const batch of batches) {
    for (const row of batch) onAlert(JSON.parse(String(row[index])));
  }
}

/** Memory holds what a page shows. */
export async function toAlerts(rows: RowStream): Promise<AlertsSummary> {
  const alerts = new AlertCollector();
  await readAlerts(rows, (alert) => alerts.add(alert));
  return alerts.summary();
}

function count<T extends { alerts: number }>(counts: Map<string, T>, key: string, first: T): void {
  const known = counts.get(key);
  if (known === undefined) counts.set(key, first);
  else known.alerts += 1;
}

/** Each once, however many techniques serve it. */
function namesOfTactics(techniques: Alert["techniques"]): string[] {
  return [...new Set(techniques.flatMap(({ tactics }) => tactics.map(({ name }) => name)))];
}

/** The most severe first. */
function compareSeverity(a: Pick<Alert, "severity">, b: Pick<Alert, "severity">): number {
  return SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity);
}

export function toAlertSummary(alert: Alert): AlertSummary {
  const { ruleId, title, severity, reason, source, entry, techniques, entries, line } = alert;
  return {
    ...{ ruleId, title, severity, reason, source, entries, line },
    time: entry.time,
    action: entry.action,
    actor: entry.actor,
    ipAddress: entry.ipAddress,
    techniques: techniques.map(({ id, name }) => ({ id, name })),
    tactics: namesOfTactics(techniques),
    checks: alert.checks,
    suppression: alert.suppression?.reason,
  };
}
