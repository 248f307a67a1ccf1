import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { LocalContext } from "../../lib/detect/context/read-context.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import type { DetectorSettings } from "../../lib/detect/detector.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import type { Suppressions } from "../../lib/detect/suppressions.ts";
import { sourcesIn } from "../../lib/local/archive-directory.ts";
import { collectReport, type ReportPorts } from "../../lib/report/collect.ts";
import { collectTrail } from "../../lib/report/collect-trail.ts";
import { evidenceOf } from "../../lib/report/evidence.ts";
import type { ReportScope } from "../../lib/report/questions.ts";
import type { TrailData, TrailSubject } from "../../lib/report/trail.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { dayOf, nowSeconds, SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../lib/time.ts";
import packageJson from "../../package.json" with { type: "json" };
import { UsageError } from "../errors.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { describeNothing, noteOutside } from "../options/archived-days.ts";
import { addContextOptions } from "../options/context.ts";
import { checkSource, sourceFilterOption } from "../options/source.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { TIME_HELP } from "../options/time.ts";
import { addTimeRangeOptions, type TimeRangeOptions, toTimeRange } from "../options/time-range.ts";
import { toJsonLine } from "../output/controls.ts";
import { reportFailedLookUps } from "../output/failed-look-ups.ts";
import { openInBrowser } from "../output/open-in-browser.ts";
import { writeWhole } from "../output/result-file.ts";
import { writeZip } from "../output/zip-file.ts";
import { type ContextOptions, readContextFiles, readSuppressions } from "../run/detection-files.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";
import { portsOfDirectory } from "./report-ports.ts";

const DEFAULT_LAST_SECONDS = 7 * SECONDS_PER_DAY;

interface ReportOptions extends TimeRangeOptions, ContextOptions {
  archive: string;
  stack?: string;
  source?: string;
  user?: string;
  address?: string;
  app?: string;
  channel?: string;
  /** File. */
  evidence?: string;
  output?: string;
  skipRules?: true;
  /** File. */
  suppressions?: string;
  open?: true;
  json?: true;
}

export function defineReportCommand(command: Command): void {
  addArchiveOption(command)
    .description(
      [
        "Write one page about the archive that people look at and can hand over: is it complete, what went wrong, who logged in from where, what left, what changed, what is new? Each answer rests on saved queries, and names the command that prints all its rows.",
        "The page is one HTML file. It loads nothing, sends nothing, and needs no script to be read; print it for a PDF.",
      ].join("\n\n"),
    )
    .addOption(
      stackOption("the archive of the deployed stack, through Athena; alerts as it kept them"),
    )
    .addOption(sourceFilterOption());
  addTimeRangeOptions(command, {
    from: "first day, UTC",
    until: "end of the days, excluded (default: now)",
    last: "the days that this touches, up to now (default: 7d)",
  })
    .option(
      "--user <id>",
      "one account instead, by id or e-mail address: its trail, entry by entry",
    )
    .option("--address <address>", "the trail of one IP address")
    .option("--app <id>", "the trail of one app")
    .option("--channel <id>", "the trail of one channel")
    .option(
      "--evidence <file>",
      "of a trail: also a ZIP file with the page, the entries byte for byte, their objects, manifests and signatures, and how to verify them without this program",
    )
    .option("--output <file>", "write the page to this file (default: audit-report-FROM-TO.html)")
    .option("--open", "open the page in the browser")
    .option(
      "--skip-rules",
      "leave out the alerts: the detection rules read every entry, and take most of the time of millions",
    )
    .option(
      "--suppressions <file>",
      "JSON file of alerts to hold back: counted and listed apart (docs/operate/detection.md)",
    )
    .addOption(
      new Option(
        "--json",
        "print what the page says as one JSON object, and write no page",
      ).conflicts(["output", "evidence", "open"]),
    )
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  audit-lake report
  audit-lake report --last 30d --output november.html --open
  audit-lake report --from 2026-05-01 --until 2026-06-01 --source acme
  audit-lake report --last 30d --user charlie.parker@example.com --evidence case-17.zip
  audit-lake report --json | jq '.queries.exports.rowCount'
  audit-lake report --last 30d --stack
${STACK_HELP}`,
    )
    .action(async (options: ReportOptions) => {
      if (options.stack === undefined) {
        await checkReadable(options.archive);
        await checkSource(options.archive, options.source);
      }
      const scope = toScope(options, nowSeconds(systemClock));
      const sources = options.stack === undefined ? await sourcesIn(options.archive) : undefined;
      const suppressions = await readSuppressions(options.suppressions, DETECTIONS, sources);
      if (options.stack !== undefined) refuseRuleFiles(options);
      const context = await readContextFiles(options);
      const rules = options.skipRules ? undefined : rulesWith(suppressions, context);
      const signal = abortOnInterrupt("Stopping the report");
      const subject = toSubject(options);
      const openPorts = () =>
        options.stack === undefined
          ? portsOfDirectory(options.archive, scope, signal, {
              rules,
              addresses: context.addresses,
            })
          : portsOfStack(options.stack, scope, !options.skipRules, context.addresses, signal);
      if (subject !== undefined) {
        await makeTrail(options, scope, subject, openPorts, signal);
        return;
      }
      if (options.stack === undefined) {
        const { from: from_day, to: to_day } = scope.period;
        await noteOutside({ from_day, to_day }, options.archive, options.source);
      }
      if (options.json) {
        console.log(toJsonLine(await collectReport(await openPorts(), scope, signal)));
        reportFailedLookUps(context.addresses);
        return;
      }
      const path = options.output ?? `audit-report-${scope.period.from}-${scope.period.to}.html`;
      await makeReport(openPorts, scope, path, signal);
      reportFailedLookUps(context.addresses);
      console.log(resolve(path));
      if (options.open) openInBrowser(resolve(path));
    });
  addContextOptions(command);
}

/** Files that only the rules read. */
const RULE_FILES = [
  ...(["suppressions", "networkOwners", "networks", "slackAllowList"] as const),
  ...(["torExits", "threatList", "staff"] as const),
];

/** @throws {UsageError} when a file for the rules is named: in a stack, detection has its own */
function refuseRuleFiles(options: ReportOptions): void {
  const named = RULE_FILES.find((file) => options[file] !== undefined);
  if (named === undefined) return;
  const option = named.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(
    `--${option} cannot be combined with --stack: the alerts are those that the stack kept, with the files of its configuration`,
  );
}

export function toScope(options: TimeRangeOptions & { source?: string }, now: number): ReportScope {
  const { from, until = now } = toTimeRange(options, now);
  return {
    period: { from: dayOf(from ?? until - DEFAULT_LAST_SECONDS), to: dayOf(until - 1) },
    source: options.source,
    generatedAt: now,
  };
}

/** Every rule, as `detect` runs them. */
export function rulesWith(suppressions?: Suppressions, context?: LocalContext): DetectorSettings {
  return {
    rules: DETECTIONS,
    context: { ...NO_CONTEXT, ...context },
    periodSeconds: SECONDS_PER_HOUR,
    ...(suppressions && { suppressions }),
  };
}

/** Write the page about an archive, readable only by its owner, whole or not at all. */
export async function makeReport(
  openPorts: () => Promise<ReportPorts>,
  scope: ReportScope,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  await writePage(path, async () => {
    // What draws the charts is large: the rules leave memory for it, and time before the queries end.
    const load = () => import("../../lib/report/page.ts");
    const loadEarly = () => void load().catch(() => {}); // Thrown by the next one.
    const data = await collectReport(await openPorts(), scope, signal, loadEarly);
    const { renderReport } = await load();
    return renderReport(data);
  });
}

/** @param make - makes the page, once it is known that it can be written */
async function writePage(path: string, make: () => Promise<string>): Promise<void> {
  await writeWhole(
    path,
    async (partial) => writeFile(partial, await make(), { mode: 0o600 }),
    "--output",
  );
}

const KINDS = ["user", "address", "app", "channel"] as const;

/** @throws {UsageError} when the options do not fit together */
function toSubject(options: ReportOptions): TrailSubject | undefined {
  const subjects = KINDS.flatMap((kind) => {
    const value = options[kind];
    return value === undefined ? [] : [{ kind, value }];
  });
  if (subjects.length > 1) {
    throw new UsageError(`name one of ${KINDS.map((kind) => `--${kind}`).join(", ")}`);
  }
  const [subject] = subjects;
  if (subject?.value.trim() === "") throw new UsageError(`--${subject.kind} needs a value`);
  if (options.evidence !== undefined && subject === undefined) {
    throw new UsageError("--evidence goes with --user, --address, --app or --channel");
  }
  return subject;
}

/** Write the page about one subject, and the bundle of its evidence: both or none. */
async function makeTrail(
  options: ReportOptions,
  scope: ReportScope,
  subject: TrailSubject,
  openPorts: () => Promise<ReportPorts>,
  signal: AbortSignal,
): Promise<void> {
  const { evidence } = options;
  const ports = await openPorts();
  const collect = () => collectEntries(ports, options, scope, subject, signal);
  if (options.json) {
    console.log(toJsonLine(await collect()));
    return;
  }
  const { renderTrail } = await import("../../lib/report/trail-page.ts");
  const { from, to } = scope.period;
  const path = options.output ?? `audit-trail-${subject.kind}-${from}-${to}.html`;
  if (evidence !== undefined && resolve(evidence) === resolve(path)) {
    throw new UsageError(`--evidence ${evidence} is the file of the page: name another`);
  }
  await writePage(path, async () => {
    if (evidence === undefined) return renderTrail(await collect());
    let page = "";
    async function* files() {
      const data = await collect();
      if (data.entries.length < data.total) {
        throw new UsageError(
          `the evidence would have ${data.entries.length} of ${data.total} entries: cut the period with --from and --until`,
        );
      }
      page = renderTrail(data);
      yield* evidenceOf(data, page, ports.store);
    }
    await writeZip(evidence, "--evidence", files(), new Date(scope.generatedAt * 1000));
    return page;
  });
  for (const file of [path, evidence]) if (file !== undefined) console.log(resolve(file));
  if (options.open) openInBrowser(resolve(path));
}

/** @throws {UsageError} when there are none */
async function collectEntries(
  ports: ReportPorts,
  { stack, archive, source }: ReportOptions,
  scope: ReportScope,
  subject: TrailSubject,
  signal: AbortSignal,
): Promise<TrailData> {
  const data = await collectTrail(ports, scope, subject, signal);
  if (data.total > 0) return data;
  const why = `no entry of ${scope.period.from} to ${scope.period.to} is about the ${subject.kind} ${subject.value}`;
  throw new UsageError(stack === undefined ? await describeNothing(why, archive, source) : why);
}

async function portsOfStack(
  stack: string,
  { source }: ReportScope,
  hasAlertLog: boolean,
  addresses: ReportPorts["addresses"],
  signal: AbortSignal,
): Promise<ReportPorts> {
  const { deployedReportPorts } = await import("../stack/report-ports.ts");
  const what = { source, hasAlertLog, addresses };
  return deployedReportPorts(stack, packageJson.version, what, signal);
}
