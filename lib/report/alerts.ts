import type { Alert } from "../detect/alert.ts";
import type { ArchiveFindings } from "../detect/detect-archive.ts";
import { SEVERITIES } from "../detect/rule.ts";
import type { AlertSummary, AlertsSummary } from "./report-data.ts";

/** Alerts that a page shows with their entries. */
const SHOWN_MAX = 100;

/** Counts all alerts, and keeps those that are shown. */
export class AlertCollector {
  readonly #byHour = new Map<string, AlertsSummary["byHour"][number]>();
  readonly #byTactic = new Map<string, AlertsSummary["byTactic"][number]>();
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
    const { severity, entry, techniques } = alert;
    this.#total += 1;
    const start = `${entry.time.slice(0, 13)}:00:00Z`;
    count(this.#byHour, `${start}/${severity}`, { start, severity, alerts: 1 });
    for (const tactic of namesOfTactics(techniques)) {
      count(this.#byTactic, `${tactic}/${severity}`, { tactic, severity, alerts: 1 });
    }
    this.#kept.push(alert);
    if (this.#kept.length >= 10 * SHOWN_MAX) this.#kept = this.#mostSevere();
  }

  summary({ entries, rules }: ArchiveFindings): AlertsSummary {
    return {
      entries,
      total: this.#total,
      rules: rules
        .filter(({ alerts }) => alerts > 0)
        .map(({ rule: { id, title, severity }, alerts, matches }) => ({
          ...{ id, title, severity },
          ...{ alerts, matches },
        }))
        .sort((a, b) => compareSeverity(a, b) || b.alerts - a.alerts),
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
