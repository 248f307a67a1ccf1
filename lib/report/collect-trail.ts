import type { Alert } from "../detect/alert.ts";
import { detectArchive } from "../detect/detect-archive.ts";
import { rangeOfDay, toIsoSeconds } from "../time.ts";
import { toAlertSummary } from "./alerts.ts";
import type { ReportPorts } from "./collect.ts";
import type { ReportScope } from "./questions.ts";
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
  { store, rules }: ReportPorts,
  { period, source }: ReportScope,
  entries: readonly TrailEntry[],
  signal: AbortSignal,
): Promise<AlertSummary[]> {
  if (rules === undefined || entries.length === 0) return [];
  const ids = new Set(entries.map(({ id }) => id));
  const alerts: Alert[] = [];
  await detectArchive(store, rules, {
    from: rangeOfDay(period.from).from,
    until: rangeOfDay(period.to).until,
    ...(source === undefined ? {} : { source }),
    onAlert: (alert) => {
      if (ids.has(alert.entry.id) && alert.suppression === undefined) alerts.push(alert);
    },
    onObject: () => signal.throwIfAborted(),
  });
  return alerts
    .map(toAlertSummary)
    .toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}
