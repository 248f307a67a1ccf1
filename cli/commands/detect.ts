import { setFlagsFromString } from "node:v8";
import { type Command, Option } from "commander";
import type { Alert } from "../../lib/detect/alert.ts";
import type { RuleOverrides } from "../../lib/detect/configure.ts";
import type { LocalContext } from "../../lib/detect/context/read-context.ts";
import type { Detection } from "../../lib/detect/correlation.ts";
import { type ArchiveFindings, detectArchive } from "../../lib/detect/detect-archive.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { withOwnRules } from "../../lib/detect/own-rules.ts";
import { isAtLeast, SEVERITIES, type Severity } from "../../lib/detect/rule.ts";
import type { Suppressions } from "../../lib/detect/suppressions.ts";
import { sourcesIn } from "../../lib/local/archive-directory.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { toFinding } from "../../lib/ocsf/alert-event.ts";
import { DEFAULT_SCHEMA_VERSION } from "../../lib/ocsf/classes.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { nowSeconds, type TimeRange } from "../../lib/time.ts";
import { UsageError } from "../errors.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { NOTHING_OF_PERIOD, noteNothing } from "../options/archived-days.ts";
import { addContextOptions } from "../options/context.ts";
import { checkSource, sourceFilterOption } from "../options/source.ts";
import { didYouMean } from "../options/suggestion.ts";
import { parsePositiveSeconds, TIME_HELP } from "../options/time.ts";
import {
  addFormerTimeOption,
  addTimeRangeOptions,
  type TimeRangeOptions,
  toTimeRange,
} from "../options/time-range.ts";
import { ActivityLine } from "../output/activity-line.ts";
import { toJsonLine } from "../output/controls.ts";
import { describeDetected, type Listed } from "../output/detected.ts";
import { reportFailedLookUps } from "../output/failed-look-ups.ts";
import { formatCounted, formatTime } from "../output/format.ts";
import { ListedAlerts } from "../output/listed-alerts.ts";
import { page } from "../output/pager.ts";
import {
  type ContextOptions,
  readContextFiles,
  readRuleSettings,
  readSuppressions,
} from "../run/detection-files.ts";
import { exportSigma } from "../run/export-sigma.ts";
import { readOwnRules } from "../run/own-rules.ts";
import { entryFinderOf } from "./entry-finder.ts";

/** Between two lines of progress on standard error. */
const LINE_INTERVAL_MS = 10_000;

interface DetectOptions extends TimeRangeOptions, ContextOptions {
  archive: string;
  source?: string;
  /** Seconds. */
  period: number;
  ownApp: string[];
  ownInstaller: string[];
  severity: Severity;
  rule?: string[];
  /** Folder of rules of one's own. */
  rules?: string;
  /** Files. */
  ruleSettings?: string;
  suppressions?: string;
  exportSigma?: string;
  json?: true;
  ocsf?: true;
  pager: boolean;
}

export function defineDetectCommand(command: Command): void {
  addArchiveOption(command)
    .description(
      "Run the detection rules over the archive: the alerts that they would have raised, the most severe first, and how many entries each rule matches. docs/reference/detections.md describes the rules.",
    )
    .addOption(sourceFilterOption());
  addTimeRangeOptions(command)
    .addOption(
      new Option("--period <duration>", "suppress repeats of an alert within this period")
        .argParser(parsePositiveSeconds)
        .default(3600, "1h"),
    )
    .addOption(
      new Option("--own-app <id...>", "Slack apps whose tokens fill the archive").default(
        [],
        "none",
      ),
    )
    .addOption(
      new Option("--own-installer <id...>", "users who installed these apps").default([], "none"),
    )
    .addOption(
      new Option(
        "--severity <severity>",
        "only alerts of this severity or a higher one, as --rule-settings gives it",
      )
        .choices(SEVERITIES)
        .default(SEVERITIES[0], "all"),
    )
    .option("--rule <id...>", "only these rules (default: all)")
    .option(
      "--rules <dir>",
      "folder with rules of your own: modules that export them; one with the id of ours replaces it",
    )
    .option(
      "--rule-settings <file>",
      "JSON file of severities, thresholds and windows, as detection.rules of the stack has them (docs/operate/detection.md)",
    )
    .option(
      "--suppressions <file>",
      "JSON file of alerts to hold back: counted and listed apart (docs/operate/detection.md)",
    )
    .option(
      "--export-sigma <dir>",
      "write the rules that Sigma can say as files of Sigma, name the others, and end",
    )
    .addOption(new Option("--json", "print one JSON object").conflicts("ocsf"))
    .addOption(
      new Option(
        "--ocsf",
        "print each alert as it is found, as a Detection Finding of OCSF: one JSON object a line",
      ),
    )
    .option("--no-pager", "print a long list at once; otherwise $PAGER shows it on a terminal")
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  audit-lake detect --from 2026-05-01
  audit-lake detect --last 7d --severity high
  audit-lake detect --last 30d --period 1d --json | jq '.rules[] | select(.alerts > 100)'`,
    )
    .action(async (options: DetectOptions) => {
      const range = toTimeRange(options, nowSeconds(systemClock));
      const known = await allRules(options);
      const rules = selectRules(known, options);
      if (options.exportSigma !== undefined) {
        const exported = rules.filter((rule) => isAtLeast(rule.severity, options.severity));
        const { files, unsaid } = await exportSigma(options.exportSigma, exported);
        for (const { id, because } of unsaid) console.log(`${id}: not exported, ${because}`);
        console.log(`${formatCounted(files, "rule")} in ${options.exportSigma}`);
        return;
      }
      await checkReadable(options.archive);
      await checkSource(options.archive, options.source);
      const sources = await sourcesIn(options.archive);
      const overrides = await readRuleSettings(options.ruleSettings, known, sources);
      const suppressions = await readSuppressions(options.suppressions, known, sources);
      const context = await readContextFiles(options);
      const alerts = new ListedAlerts();
      const suppressed = new ListedAlerts();
      const findings = await detect(
        options,
        { rules, overrides, suppressions, context },
        range,
        (alert) => {
          if (options.ocsf) console.log(JSON.stringify(toFinding(alert, DEFAULT_SCHEMA_VERSION)));
          else (alert.suppression === undefined ? alerts : suppressed).add(alert);
        },
      );
      reportFailedLookUps(context.addresses);
      const listed = { alerts: alerts.bySeverity(), suppressed: suppressed.bySeverity() };
      if (findings.entries === 0 && Object.keys(range).length > 0) {
        await noteNothing(NOTHING_OF_PERIOD, options.archive, options.source);
      }
      if (options.ocsf) return;
      if (options.json) console.log(toJson(options, range, findings, listed));
      else if (options.pager) await page(describeDetected(range, findings, listed));
      else console.log(describeDetected(range, findings, listed));
    });
  addContextOptions(command);
  addFormerTimeOption(command, "--since", "from");
}

async function allRules({ rules: directory }: DetectOptions): Promise<readonly Detection[]> {
  if (directory === undefined) return DETECTIONS;
  return withOwnRules(DETECTIONS, await readOwnRules(directory));
}

/** @throws {UsageError} when a rule is not known */
function selectRules(
  rules: readonly Detection[],
  { rule: ids }: DetectOptions,
): readonly Detection[] {
  const known = rules.map(({ id }) => id);
  const unknown = ids?.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new UsageError(
      `there is no rule "${unknown}"; docs/reference/detections.md lists them${didYouMean(unknown, known)}`,
    );
  }
  return ids === undefined ? rules : rules.filter(({ id }) => ids.includes(id));
}

/** What files say of the rules, of addresses and of people. */
interface DetectionFiles {
  rules: readonly Detection[];
  overrides: RuleOverrides;
  suppressions: Suppressions | undefined;
  context: LocalContext;
}

async function detect(
  { archive, source, period, severity, ownApp, ownInstaller }: DetectOptions,
  { rules, overrides, suppressions, context }: DetectionFiles,
  range: Partial<TimeRange>,
  onAlert: (alert: Alert) => void,
): Promise<ArchiveFindings> {
  let lastLineAtMs = performance.now();
  using activity = new ActivityLine();
  // Each entry is an object here: a young generation that may grow takes a seventh less CPU.
  setFlagsFromString("--semi-space-growth-factor=2");
  return await detectArchive(
    new DirectoryArchiveStore(archive),
    {
      ...{ rules, overrides, leastSeverity: severity },
      ...(suppressions && { suppressions }),
      context: { ownAppIds: ownApp, ownInstallerIds: ownInstaller, ...context },
      periodSeconds: period,
    },
    {
      ...range,
      ...(source === undefined ? {} : { source }),
      finder: await entryFinderOf(archive),
      onAlert,
      onObject: ({ objects, entries }, newest) => {
        const text = `${formatCounted(objects, "object")}, ${formatCounted(entries, "entry", "entries")} so far, at ${formatTime(newest)}`;
        activity.update(text);
        if (!process.stderr.isTTY && performance.now() - lastLineAtMs >= LINE_INTERVAL_MS) {
          lastLineAtMs = performance.now();
          console.error(text);
        }
      },
    },
  );
}

function toJson(
  { archive, source, period }: DetectOptions,
  { from, until }: Partial<TimeRange>,
  { rules, ...totals }: ArchiveFindings,
  { alerts, suppressed }: Listed,
): string {
  return toJsonLine({
    archive,
    source: source ?? null,
    from: from ?? null,
    until: until ?? null,
    since: from ?? null, // the former name of `from`
    periodSeconds: period,
    ...totals,
    rules: rules.map(({ rule, ...counts }) => ({
      id: rule.id,
      severity: rule.severity,
      ...counts,
    })),
    alerts,
    suppressed,
  });
}
