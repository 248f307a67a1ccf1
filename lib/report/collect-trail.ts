import { type Alert, fact } from "../detect/alert.ts";
import { toIsoSeconds } from "../time.ts";
import { readAlerts, toAlertSummary } from "./alerts.ts";
import { type ReportPorts, runRules } from "./collect.ts";
import { alertsStatement, type ReportScope } from "./questions.ts";
import type { AlertSummary } from "./report-data.ts";
import {
  readTrail,
  type TrailData,
  type TrailEntry,
  type TrailSubject,
  trailSql,
} from "./trail.ts";

/**
 * Everything about one subject in a period.
 *
 * @throws the signal's reason when it is aborted
 */
export async function collectTrail(
  ports: ReportPorts,
  scope: ReportScope,
  subject: TrailSubject,
  signal: AbortSignal,
): Promise<TrailData> {
  const [trail] = await ports.readAll([trailSql(subject, scope)], scope.period, readTrail);
  if (trail === undefined) throw new Error("the trail was not read");
  return {
    version: ports.version,
    generatedAt: toIsoSeconds(scope.generatedAt),
    archive: ports.archive,
    period: scope.period,
    source: scope.source,
    subject,
    ...trail,
    alerts: await alertsAbout(ports, scope, trail.entries, signal),
  };
}

/** Alerts whose entry is one of these; those that a suppression holds back are left out. */
async function alertsAbout(
  ports: ReportPorts,
  scope: ReportScope,
  entries: readonly TrailEntry[],
  signal: AbortSignal,
): Promise<AlertSummary[]> {
  if (entries.length === 0) return [];
  const ids = new Set(entries.map(({ id }) => fact(id)));
  const alerts: Alert[] = [];
  const keep = (alert: Alert) => {
    if (ids.has(alert.entry.id) && alert.suppression === undefined) alerts.push(alert);
  };
  if (ports.hasAlertLog) {
    const { sql } = alertsStatement(scope);
    await ports.readAll([sql], scope.period, (rows) => readAlerts(rows, keep));
  }
  await runRules(ports, scope, signal, keep);
  return alerts
    .map(toAlertSummary)
    .toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}
