import { type Command, Option } from "commander";
import { type ArchiveFindings, detectArchive } from "../../lib/detect/detect-archive.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { nowSeconds, type TimeRange } from "../../lib/time.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { checkSource, sourceFilterOption } from "../options/source.ts";
import { parsePositiveSeconds, TIME_HELP } from "../options/time.ts";
import {
  addFormerTimeOption,
  addTimeRangeOptions,
  type TimeRangeOptions,
  toTimeRange,
} from "../options/time-range.ts";
import { toJsonLine } from "../output/controls.ts";
import { formatCount, formatCounted, formatTime } from "../output/format.ts";
import { renderTable } from "../output/table.ts";

/** Between two lines of progress on standard error. */
const LINE_INTERVAL_MS = 10_000;

interface DetectOptions extends TimeRangeOptions {
  archive: string;
  source?: string;
  /** Seconds. */
  period: number;
  ownApp: string[];
  ownInstaller: string[];
  json?: true;
}

export function defineDetectCommand(command: Command): void {
  addArchiveOption(command)
    .description(
      "Run the detection rules over the archive: how many entries each rule matches, and how many alerts it would have raised. docs/reference/detections.md describes the rules.",
    )
    .addOption(sourceFilterOption());
  addTimeRangeOptions(command, {
    from: "only entries from this time on",
    until: "only entries before this time",
    last: "only entries newer than this",
  })
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
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  audit-lake detect --from 2026-05-01
  audit-lake detect --last 30d --period 1d --json | jq '.rules[] | select(.alerts > 100)'`,
    )
    .action(async (options: DetectOptions) => {
      const range = toTimeRange(options, nowSeconds(systemClock));
      await checkReadable(options.archive);
      await checkSource(options.archive, options.source);
      const findings = await detect(options, range);
      console.log(options.json ? toJson(options, range, findings) : toText(range, findings));
    });
  addFormerTimeOption(command, "--since", "from");
}

function detect(
  { archive, source, period, ownApp, ownInstaller }: DetectOptions,
  range: Partial<TimeRange>,
): Promise<ArchiveFindings> {
  let lastLineAtMs = performance.now();
  return detectArchive(
    new DirectoryArchiveStore(archive),
    {
      rules: RULES,
      context: { ownAppIds: ownApp, ownInstallerIds: ownInstaller },
      periodSeconds: period,
    },
    {
      ...range,
      ...(source === undefined ? {} : { source }),
      onObject: ({ objects, entries }) => {
        if (performance.now() - lastLineAtMs >= LINE_INTERVAL_MS) {
          lastLineAtMs = performance.now();
          console.error(`${formatCount(objects)} objects, ${formatCount(entries)} entries so far`);
        }
      },
    },
  );
}

function toJson(
  { archive, source, period }: DetectOptions,
  { from, until }: Partial<TimeRange>,
  { rules, ...totals }: ArchiveFindings,
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
  });
}

function toText(range: Partial<TimeRange>, findings: ArchiveFindings): string {
  const matching = findings.rules
    .filter(({ matches, failures }) => matches + failures > 0)
    .sort((a, b) => b.alerts - a.alerts);
  const alerts = matching.reduce((sum, count) => sum + count.alerts, 0);
  const table = renderTable(
    ["rule", "severity", "matches", "alerts"],
    matching.map(({ rule, matches, alerts }) => [
      rule.id,
      rule.severity,
      formatCount(matches),
      formatCount(alerts),
    ]),
    { widthMax: process.stdout.columns, isNumeric: [false, false, true, true] },
  );
  const failures = matching.reduce((sum, count) => sum + count.failures, 0);
  return [
    ...(matching.length === 0 ? [] : [table]),
    `${formatCounted(findings.entries, "entry", "entries")}${describeRange(range)}, ${formatCounted(alerts, "alert")} by ${matching.length} of ${formatCounted(findings.rules.length, "rule")}.`,
    ...(findings.unreadable === 0
      ? []
      : [`${formatCounted(findings.unreadable, "line")} in the archive could not be read.`]),
    ...(failures === 0
      ? []
      : [`Rules threw ${formatCounted(failures, "error")}: this is a bug, please report it.`]),
  ].join("\n");
}

function describeRange({ from, until }: Partial<TimeRange>): string {
  return [
    from === undefined ? "" : ` since ${formatTime(from)}`,
    until === undefined ? "" : ` until ${formatTime(until)}`,
  ].join("");
}
