import type { Alert } from "../../lib/detect/alert.ts";
import { SEVERITIES } from "../../lib/detect/rule.ts";
import { renderResult } from "./result-table.ts";
import { terminalWidth } from "./terminal-width.ts";

/** Alerts that are kept to be listed, the most severe first; all are counted. */
const LISTED_MAX = 10_000;

/** The alerts that are listed: when there are more than fit, the most severe, of those the newest. */
export class ListedAlerts {
  #alerts: Alert[] = [];

  add(alert: Alert): void {
    this.#alerts.push(alert);
    if (this.#alerts.length >= 2 * LISTED_MAX) this.#alerts = this.bySeverity();
  }

  bySeverity(): Alert[] {
    return this.#alerts.sort(compareAlerts).slice(0, LISTED_MAX);
  }
}

/** The most severe first, then the newest. */
function compareAlerts(a: Alert, b: Alert): number {
  return (
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    b.entry.time.localeCompare(a.entry.time)
  );
}

/** @param count - of all, listed or not */
export function renderAlerts(listed: readonly Alert[], count: number): string {
  const columns = ["severity", "time", "rule", "alert", "source"];
  const rows = listed.map(({ severity, entry, ruleId, title, source }) => [
    ...[severity, entry.time, ruleId, title, source],
  ]);
  return renderList(columns, rows, count, ["alert", "alerts"]);
}

/** @param count - of all, listed or not */
export function renderSuppressed(listed: readonly Alert[], count: number): string {
  const columns = [
    "severity",
    "time",
    "rule",
    "suppressed alert",
    "source",
    "until",
    "owner",
    "why",
  ];
  const rows = listed.map(({ severity, entry, ruleId, title, source, suppression }) => [
    ...[severity, entry.time, ruleId, title, source],
    ...[suppression?.expires ?? "", suppression?.owner ?? "", suppression?.reason ?? ""],
  ]);
  return renderList(columns, rows, count, ["suppressed alert", "suppressed alerts"]);
}

function renderList(
  columns: string[],
  rows: string[][],
  rowCount: number,
  names: [string, string],
): string {
  return renderResult(
    { columns, types: columns.map(() => "VARCHAR"), rows, rowCount },
    terminalWidth(),
    names,
  );
}
