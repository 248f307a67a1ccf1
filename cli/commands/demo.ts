import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { LakeDatabase } from "../../lib/local/lake-database.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { createSlackSource } from "../../lib/run/slack-source.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { savedQuery } from "../../lib/sql/saved-queries.ts";
import { nowSeconds, SECONDS_PER_DAY } from "../../lib/time.ts";
import { addFormerOption } from "../deprecation.ts";
import { reportError } from "../errors.ts";
import { EXIT, EXIT_OF_OUTCOME } from "../exit-codes.ts";
import { checkWritable } from "../options/archive.ts";
import { DURATION_HELP, parsePositiveSeconds } from "../options/time.ts";
import { outlineArchive } from "../output/archive-outline.ts";
import { formatTime } from "../output/format.ts";
import { IngestProgressDisplay } from "../output/ingest-progress.ts";
import { describeSummary } from "../output/ingest-summary.ts";
import { renderResult, takeHead } from "../output/result-table.ts";
import { terminalWidth } from "../output/terminal-width.ts";
import { ingestUntilCaughtUp } from "../run/ingest-until-caught-up.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";

/** In a clone, whose sources are TypeScript, the command is npx's; installed, npx would ask the registry. */
const COMMAND = import.meta.url.endsWith(".ts") ? "npx audit-lake" : "slack-audit-lake";

const SOURCE = "demo";
const QUERIES = ["logins", "downloads-by-volume", "anomalies-by-reason"];
const LAST_MAX_DAYS = 365;
const ROWS_SHOWN = 8;
/** Where there is no terminal, which would have a width. */
const TABLE_WIDTH = 120;

/** The real engine, archive and SQL; only Slack is a fake, on loopback. */
export function defineDemoCommand(command: Command): void {
  command
    .description(
      "Fill an archive with the last days of a made-up organization, from a fake Slack on this machine, run three queries, and write a report. Run it again to continue where it ended. It neither needs nor uses a token.",
    )
    .option("--archive <dir>", "directory of the archive", "archive/demo")
    .addOption(
      new Option("--last <duration>", "how far back the first run goes, at most 365d")
        .argParser(parseLast)
        .default(7 * SECONDS_PER_DAY, "7d"),
    )
    .addHelpText(
      "after",
      `${DURATION_HELP}

Examples:
  npm start
  audit-lake demo --archive /tmp/demo`,
    )
    .action(async ({ archive, last }: { archive: string; last: number }) => {
      process.exitCode = await demonstrate(archive, last);
    });
  addFormerOption<number>(command, new Option("--days <n>").argParser(parseDays), (days) => ({
    use: `--last ${days}d`,
    attribute: "last",
    value: days * SECONDS_PER_DAY,
  }));
}

/** @returns the exit code */
async function demonstrate(directory: string, lastSeconds: number): Promise<number> {
  // DuckDB is optional: where it is missing, that is known before the work.
  const { openLake } = await import("../../lib/local/lake-database.ts");
  console.log("A made-up organization, from a fake Slack on this machine. Nothing leaves it.");
  if (process.env.SLACK_AUDIT_TOKEN) {
    console.log(
      `SLACK_AUDIT_TOKEN is not used here; to archive your own logs, run "${COMMAND} ingest".`,
    );
  }
  const signal = abortOnInterrupt("Stopping with everything saved");
  const exitCode = await fill(directory, lastSeconds, signal);
  if (exitCode !== EXIT.done) return exitCode;
  const store = new DirectoryArchiveStore(directory);
  console.log(`\n${await outlineArchive(store, directory, SOURCE)}`);
  const lake = await openLake(directory);
  try {
    await runQueries(lake, directory, signal);
  } finally {
    lake.close();
  }
  const report = await writeReport(directory, lastSeconds, signal);
  console.log(`
Next:
  npm start                                       continue where this ended
  ${COMMAND} query --list                     all saved queries
  ${COMMAND} query --archive ${directory} "SELECT action, count(*) AS n FROM audit_logs GROUP BY action ORDER BY n DESC LIMIT 10"
  ${COMMAND} status --archive ${directory}
  ${COMMAND} cat --archive ${directory} | head -n 1
  ${COMMAND} ingest --help                    your own organization

The report: ${report}`);
  return EXIT.done;
}

/** @returns the page's path: beside the archive, which holds nothing but what it stores */
async function writeReport(
  directory: string,
  lastSeconds: number,
  signal: AbortSignal,
): Promise<string> {
  const { makeReport, rulesWith, toScope } = await import("./report.ts");
  const { portsOfDirectory } = await import("./report-ports.ts");
  const path = `${resolve(directory)}-report.html`;
  const scope = toScope({ last: lastSeconds }, nowSeconds(systemClock));
  const openPorts = () => portsOfDirectory(directory, scope, signal, { rules: rulesWith() });
  await makeReport(openPorts, scope, path, signal);
  return path;
}

async function fill(directory: string, lastSeconds: number, signal: AbortSignal): Promise<number> {
  // No other command loads the fake.
  const { FAKE_TOKEN, startFakeSlack } = await import("../../fake-slack/fake-slack.ts");
  const { Organization } = await import("../../fake-slack/organization.ts");
  await checkWritable(directory);
  const checkpoints = new SqliteCheckpointStore(directory);
  const slack = await startFakeSlack({ organization: new Organization() });
  const display = new IngestProgressDisplay();
  try {
    const before = (await checkpoints.read(SOURCE))?.checkpoint;
    if (before) console.log(`Continuing from ${formatTime(before.watermark)}.`);
    const { summary, cause } = await ingestUntilCaughtUp(
      {
        slack: createSlackSource({
          tokens: { get: async () => FAKE_TOKEN, refresh: async () => FAKE_TOKEN },
          clock: systemClock,
          baseUrl: slack.baseUrl,
        }),
        archive: new DirectoryArchiveStore(directory),
        checkpoints,
        clock: systemClock,
      },
      {
        source: SOURCE,
        firstStart: nowSeconds(systemClock) - lastSeconds,
        // The fake shows each entry at once; a short delay leaves something for the next run.
        settleDelaySeconds: 5,
        allowedLatenessSeconds: 900,
        pageLimit: 9999,
      },
      {
        deadlineMs: Number.POSITIVE_INFINITY,
        signal,
        onProgress: (progress) => display.update(progress),
        onWait: (untilMs, reason) => display.wait(untilMs, reason),
      },
    );
    display.stop();
    if (cause) reportError(cause);
    console.log(`\n${describeSummary(summary, directory)}`);
    return EXIT_OF_OUTCOME[summary.outcome];
  } finally {
    display.stop();
    checkpoints.close();
    await slack.close();
  }
}

async function runQueries(
  lake: LakeDatabase,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  for (const name of QUERIES) {
    const query = savedQuery(name);
    const result = await lake.read(query.sql(), (rows) => takeHead(rows, ROWS_SHOWN), signal);
    console.log(
      `\n${query.title}: ${query.question}\n$ ${COMMAND} query ${name} --archive ${directory}`,
    );
    console.log(renderResult(result, terminalWidth() ?? TABLE_WIDTH));
  }
}

function parseLast(text: string): number {
  const seconds = parsePositiveSeconds(text);
  if (seconds > LAST_MAX_DAYS * SECONDS_PER_DAY) {
    throw new InvalidArgumentError(`Give at most ${LAST_MAX_DAYS}d.`);
  }
  return seconds;
}

function parseDays(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > LAST_MAX_DAYS) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${LAST_MAX_DAYS}.`);
  }
  return days;
}
