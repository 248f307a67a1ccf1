import type { Alert } from "../../lib/detect/alert.ts";
import type { ArchiveFindings } from "../../lib/detect/detect-archive.ts";
import type { TimeRange } from "../../lib/time.ts";
import { formatCount, formatCounted, formatTime } from "./format.ts";
import { renderAlerts, renderSuppressed } from "./listed-alerts.ts";
import { renderTable } from "./table.ts";
import { terminalWidth } from "./terminal-width.ts";

/** Alerts to list: those that are raised, and those that a suppression holds back. */
export interface Listed {
  alerts: readonly Alert[];
  suppressed: readonly Alert[];
}

/** What the rules found, with the alerts first. */
export function describeDetected(
  range: Partial<TimeRange>,
  findings: ArchiveFindings,
  listed: Listed,
): string {
  const matching = findings.rules
    .filter(({ matches, failures }) => matches + failures > 0)
    .sort((a, b) => b.alerts - a.alerts);
  const alerts = matching.reduce((sum, count) => sum + count.alerts, 0);
  const suppressed = matching.reduce((sum, count) => sum + count.suppressed, 0);
  const table = renderTable(
    ["rule", "severity", "matches", "alerts"],
    matching.map(({ rule, matches, alerts }) => [
      rule.id,
      rule.severity,
      formatCount(matches),
      formatCount(alerts),
    ]),
    { widthMax: terminalWidth(), isNumeric: [false, false, true, true] },
  );
  const failures = matching.reduce((sum, count) => sum + count.failures, 0);
  const failing = matching.filter((count) => count.failures > 0).map(({ rule }) => rule.id);
  return [
    ...(alerts === 0 ? [] : [renderAlerts(listed.alerts, alerts), ""]),
    ...(suppressed === 0 ? [] : [renderSuppressed(listed.suppressed, suppressed), ""]),
    ...(matching.length === 0 ? [] : [table]),
    `${formatCounted(findings.entries, "entry", "entries")}${describeRange(range)}, ${formatCounted(alerts, "alert")} by ${matching.length} of ${formatCounted(findings.rules.length, "rule")}${suppressed === 0 ? "" : `, ${formatCounted(suppressed, "alert")} suppressed`}.`,
    ...(findings.unreadable === 0
      ? []
      : [`${formatCounted(findings.unreadable, "line")} in the archive could not be read.`]),
    ...(failures === 0
      ? []
      : [
          `Rules threw ${formatCounted(failures, "error")}: ${failing.join(", ")}. In a rule of ours this is a bug, please report it.`,
        ]),
  ].join("\n");
}

function describeRange({ from, until }: Partial<TimeRange>): string {
  return [
    from === undefined ? "" : ` since ${formatTime(from)}`,
    until === undefined ? "" : ` until ${formatTime(until)}`,
  ].join("");
}
