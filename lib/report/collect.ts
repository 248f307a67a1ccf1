import type { SealedHeads } from "../archive/sealed-heads.ts";
import type { Alert } from "../detect/alert.ts";
import { type ArchiveFindings, detectArchive } from "../detect/detect-archive.ts";
import type { DetectorSettings } from "../detect/detector.ts";
import type { EntryFinder } from "../detect/ports.ts";
import type { RuleContext } from "../detect/rule.ts";
import type { ArchiveStore } from "../ports.ts";
import type { RowStream } from "../sql/query-result.ts";
import { rangeOfDays, toIsoSeconds } from "../time.ts";
import { AlertCollector, toAlerts } from "./alerts.ts";
import { CountryCounts } from "./country-counts.ts";
import { countQuarantined } from "./quarantined.ts";
import { ALERTS, alertsStatement, HOURS, type ReportScope, statementsOf } from "./questions.ts";
import type { AlertsSummary, HourSummary, QuerySummary, ReportData } from "./report-data.ts";
import { summarizeSeals } from "./seals.ts";
import { summarize, toHours } from "./summarize.ts";

/** What a report is made from, on a disk as in a stack. */
export interface ReportPorts {
  /** Of the program. */
  version: string;
  /** Where the entries are, for people. */
  archive: string;
  store: ArchiveStore;
  sources: readonly string[];
  heads: SealedHeads;
  /**
   * Run SELECTs, in whatever order; what `take` returned, in their order.
   *
   * @param onReading - called, maybe more than once, when entries begin to be read, which takes a
   * while and does not need this thread
   */
  readAll<T>(
    statements: readonly string[],
    days: ReportScope["period"],
    take: (rows: RowStream, index: number) => Promise<T>,
    onReading?: () => void,
  ): Promise<T[]>;
  /** Absent: the rules are not run. */
  rules?: DetectorSettings | undefined;
  /** Absent: the rules read all lines. */
  finder?: EntryFinder | undefined;
  /** What local files say of addresses; absent: there are none. */
  addresses?: RuleContext["addresses"];
  /** Whether alerts are kept in a log that SQL reads; they are then taken from it. */
  hasAlertLog?: boolean;
}

/**
 * Everything that a report says. The rules run in this thread, beside the queries, which have one
 * of their own. They begin when entries are read: what comes before is many short steps, each of
 * which would wait for this thread.
 *
 * @param onRulesEnd - called when this thread is free, while queries still run
 * @throws the signal's reason when it is aborted
 */
export async function collectReport(
  ports: ReportPorts,
  scope: ReportScope,
  signal: AbortSignal,
  onRulesEnd?: () => void,
): Promise<ReportData> {
  const statements = [
    ...statementsOf(scope),
    ...(ports.hasAlertLog ? [alertsStatement(scope)] : []),
  ];
  let hours: HourSummary[] = [];
  let logged: AlertsSummary | undefined;
  let countries: CountryCounts | undefined;
  const read = async (rows: RowStream, index: number): Promise<[string, QuerySummary][]> => {
    const statement = statements[index];
    if (statement === undefined) throw new Error(`there is no statement ${index}`);
    if (statement.name === HOURS) hours = await toHours(rows);
    else if (statement.name === ALERTS) logged = await toAlerts(rows);
    else {
      const counted = statement.reading.addresses && new CountryCounts(ports.addresses);
      const summary = await summarize(statement, rows, counted);
      countries = counted ?? countries;
      return [[statement.name, summary]];
    }
    return [];
  };
  const alerts = new AlertCollector();
  const stop = new AbortController();
  let running: Promise<ArchiveFindings | undefined> | undefined;
  const run = () => {
    running ??= runRules(ports, scope, AbortSignal.any([signal, stop.signal]), (alert) =>
      alerts.add(alert),
    ).then((found) => {
      onRulesEnd?.();
      return found;
    });
    running.catch(() => {}); // What the queries say of a damaged object comes first.
    return running;
  };
  let findings: ArchiveFindings | undefined;
  let summaries: [string, QuerySummary][][] = [];
  try {
    summaries = await ports.readAll(
      statements.map(({ sql }) => sql),
      scope.period,
      read,
      run,
    );
    findings = await run();
  } finally {
    stop.abort();
    await running?.catch(() => {}); // Nothing goes on when the report has failed.
  }
  const quarantined = await countQuarantined(ports.store, ports.sources, scope.period);
  const seals = await Promise.all(
    ports.sources.map((source) => summarizeSeals(ports.store, source, ports.heads.get(source))),
  );
  return {
    version: ports.version,
    generatedAt: toIsoSeconds(scope.generatedAt),
    archive: ports.archive,
    period: scope.period,
    source: scope.source,
    queries: Object.fromEntries(summaries.flat()),
    hours,
    seals,
    quarantined,
    countries: countries?.descending(),
    alerts: logged ?? (findings && alerts.summary(findings)),
  };
}

/**
 * @returns nothing where the rules are not run
 * @throws the signal's reason when it is aborted
 */
export async function runRules(
  { store, rules, finder }: ReportPorts,
  { period, source }: ReportScope,
  signal: AbortSignal,
  onAlert: (alert: Alert) => void,
): Promise<ArchiveFindings | undefined> {
  if (rules === undefined) return undefined;
  return await detectArchive(store, rules, {
    ...rangeOfDays(period),
    ...(source === undefined ? {} : { source }),
    finder,
    onAlert,
    onObject: () => signal.throwIfAborted(),
  });
}
