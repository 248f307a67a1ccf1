import { type Command, InvalidArgumentError, Option } from "commander";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { EnvironmentTokenProvider } from "../../lib/local/environment-token-provider.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { reportError, UsageError } from "../errors.ts";
import { EXIT_CODES_HELP, EXIT_OF_OUTCOME } from "../exit-codes.ts";
import { addArchiveOption, addSourceOption, checkWritable } from "../options/archive.ts";
import { parseDuration, parseTime } from "../options/time.ts";
import { formatTime } from "../output/format.ts";
import { ProgressDisplay } from "../output/ingest-progress.ts";
import { describeSummary } from "../output/ingest-summary.ts";
import { ingestUntilCaughtUp } from "../run/ingest-until-caught-up.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";

const PAGE_LIMIT_MAX = 9999;

interface IngestOptions {
  archive: string;
  source: string;
  apiBase?: string;
  from?: number;
  until?: number;
  settleDelay: number;
  allowedLateness: number;
  timeLimit?: number;
  pageLimit: number;
  json?: true;
}

export function addIngestCommand(program: Command): void {
  addSourceOption(addArchiveOption(program.command("ingest")))
    .summary("bring the archive up to date with Slack")
    .description(
      [
        "Fetch what Slack has and the archive has not, until it has caught up or its time is over. The next run goes on from there, however this one ended. The token is read from the environment variable SLACK_AUDIT_TOKEN.",
        "TIME is ISO 8601 (UTC where it names no zone) or epoch seconds; D is 90, 90s, 15m, 2h or 1d.",
      ].join("\n\n"),
    )
    .option("--api-base <url>", "Audit Logs API to use instead of Slack's; http on loopback only")
    .option(
      "--from <time>",
      "where the archive begins, if this is its first run (default: 24 hours ago)",
      parseTime,
    )
    .option("--until <time>", "where to stop, excluded (default: now)", parseTime)
    .addOption(
      new Option("--settle-delay <d>", "how long Slack gets to make an entry visible")
        .argParser(parseDuration)
        .default(60, "60s"),
    )
    .addOption(
      new Option("--allowed-lateness <d>", "how late an entry may appear and still be found")
        .argParser(parseDuration)
        .default(900, "15m"),
    )
    .option("--time-limit <d>", "end after this time, with everything saved", parseDuration)
    .option("--page-limit <n>", "entries to ask for at once, 1 to 9999", parsePageLimit, 9999)
    .option("--json", "print the summary as one JSON object, the last line")
    .addHelpText(
      "after",
      `
Examples:
  export SLACK_AUDIT_TOKEN=xoxp-...
  audit-lake ingest
  audit-lake ingest --archive /srv/audit --source acme --from 2026-05-01 --time-limit 50m
  audit-lake ingest --json | tail -n 1 | jq .outcome
${EXIT_CODES_HELP}`,
    )
    .action(async (options: IngestOptions) => {
      process.exitCode = await runIngest(options);
    });
}

async function runIngest(options: IngestOptions): Promise<number> {
  const { source, archive: directory, until, timeLimit } = options;
  const nowMs = systemClock.nowMs();
  const firstStart = options.from ?? Math.floor(nowMs / 1000) - SECONDS_PER_DAY;
  checkSpan(firstStart, until, nowMs);
  const tokens = new EnvironmentTokenProvider();
  await tokens.get();
  // It takes long to load, and other commands do without.
  const { createSlackSource } = await import("../../lib/run/slack-source.ts");
  const slack = createSlackSource({
    tokens,
    clock: systemClock,
    ...(options.apiBase === undefined ? {} : { baseUrl: options.apiBase }),
  });
  await checkWritable(directory);
  const checkpoints = new SqliteCheckpointStore(directory);
  const display = new ProgressDisplay();
  try {
    await warnOfIgnoredStart(checkpoints, source, options.from);
    const archive = new DirectoryArchiveStore(directory);
    const { summary, cause } = await ingestUntilCaughtUp(
      { slack, archive, checkpoints, clock: systemClock },
      {
        source,
        firstStart,
        until,
        settleDelaySeconds: options.settleDelay,
        allowedLatenessSeconds: options.allowedLateness,
        pageLimit: options.pageLimit,
      },
      {
        deadlineMs: timeLimit === undefined ? Number.POSITIVE_INFINITY : nowMs + timeLimit * 1000,
        signal: abortOnInterrupt("Ending with everything saved"),
        onProgress: (progress) => display.update(progress),
        onWait: (untilMs, reason) => display.wait(untilMs, reason),
      },
    );
    display.stop();
    if (cause !== undefined) reportError(cause);
    console.log(options.json ? JSON.stringify(summary) : describeSummary(summary, directory));
    return EXIT_OF_OUTCOME[summary.outcome];
  } finally {
    display.stop();
    checkpoints.close();
  }
}

function checkSpan(from: number, until: number | undefined, nowMs: number): void {
  if (from * 1000 > nowMs) {
    throw new UsageError(`--from ${formatTime(from)} lies in the future`);
  }
  if (until !== undefined && until <= from) {
    throw new UsageError(
      `--until ${formatTime(until)} must be later than --from ${formatTime(from)}`,
    );
  }
}

async function warnOfIgnoredStart(
  checkpoints: SqliteCheckpointStore,
  source: string,
  from: number | undefined,
): Promise<void> {
  const start = (await checkpoints.read(source))?.checkpoint?.start;
  if (from !== undefined && start !== undefined && from < start) {
    console.error(
      `audit-lake: --from has no effect: the archive of "${source}" begins at ${formatTime(start)}, and runs go on from where the last one ended`,
    );
  }
}

function parsePageLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > PAGE_LIMIT_MAX) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${PAGE_LIMIT_MAX}.`);
  }
  return limit;
}
