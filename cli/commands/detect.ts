import { type Command, InvalidArgumentError } from "commander";
import { type ArchiveFindings, detectArchive } from "../../lib/detect/detect-archive.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { parseDuration, parseTime } from "../options/time.ts";
import { formatCount, formatCounted, formatTime } from "../output/format.ts";
import { renderTable } from "../output/table.ts";

/** Between two lines that say how far it is, on standard error. */
const LINE_INTERVAL_MS = 10_000;

interface DetectOptions {
  archive: string;
  /** Epoch seconds, included. */
  since?: number;
  /** Seconds. */
  period: number;
  ownApp: string[];
  ownInstaller: string[];
  json?: true;
}

export function addDetectCommand(program: Command): void {
  addArchiveOption(program.command("detect"))
    .summary("count the alerts that each rule would have raised")
    .description(
      "Ask the detection rules about the archive's history: how many entries each matches, and how many alerts that would have been. docs/detections.md describes them.",
    )
    .option("--since <time>", "from this time on: ISO 8601 or epoch seconds", parseTime)
    .option("--period <duration>", "the same again within it is one alert", parsePeriod, 3600)
    .option("--own-app <id...>", "Slack apps whose tokens fill the archive", [])
    .option("--own-installer <id...>", "users who installed them", [])
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake detect --since 2026-05-01
  audit-lake detect --period 1d --json | jq '.rules[] | select(.alerts > 100)'`,
    )
    .action(async (options: DetectOptions) => {
      await checkReadable(options.archive);
      const findings = await detect(options);
      console.log(options.json ? toJson(options, findings) : toText(options, findings));
    });
}

function parsePeriod(text: string): number {
  const seconds = parseDuration(text);
  if (seconds < 1) throw new InvalidArgumentError("Give a second at least.");
  return seconds;
}

function detect({
  archive,
  since,
  period,
  ownApp,
  ownInstaller,
}: DetectOptions): Promise<ArchiveFindings> {
  let lastLineAtMs = performance.now();
  return detectArchive(
    new DirectoryArchiveStore(archive),
    {
      rules: RULES,
      context: { ownAppIds: ownApp, ownInstallerIds: ownInstaller },
      periodSeconds: period,
    },
    {
      ...(since === undefined ? {} : { since }),
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
  { archive, since, period }: DetectOptions,
  { rules, ...totals }: ArchiveFindings,
): string {
  return JSON.stringify({
    archive,
    since: since ?? null,
    periodSeconds: period,
    ...totals,
    rules: rules.map(({ rule, ...counts }) => ({
      id: rule.id,
      severity: rule.severity,
      ...counts,
    })),
  });
}

function toText({ since }: DetectOptions, findings: ArchiveFindings): string {
  const said = findings.rules
    .filter(({ matches, failures }) => matches + failures > 0)
    .sort((a, b) => b.alerts - a.alerts);
  const span = since === undefined ? "" : ` since ${formatTime(since)}`;
  const alerts = said.reduce((sum, count) => sum + count.alerts, 0);
  const table = renderTable(
    ["rule", "severity", "matches", "alerts"],
    said.map(({ rule, matches, alerts }) => [
      rule.id,
      rule.severity,
      formatCount(matches),
      formatCount(alerts),
    ]),
    { widthMax: process.stdout.columns, isNumeric: [false, false, true, true] },
  );
  const failures = said.reduce((sum, count) => sum + count.failures, 0);
  return [
    ...(said.length === 0 ? [] : [table]),
    `${formatCounted(findings.entries, "entry", "entries")}${span}, ${formatCounted(alerts, "alert")} by ${said.length} of ${formatCounted(findings.rules.length, "rule")}.`,
    ...(findings.unreadable === 0
      ? []
      : [`${formatCounted(findings.unreadable, "line")} in the archive could not be read.`]),
    ...(failures === 0
      ? []
      : [`Rules threw ${formatCounted(failures, "time")}: a bug, please report it.`]),
  ].join("\n");
}
