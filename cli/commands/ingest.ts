import { type Command, InvalidArgumentError, Option } from "commander";
import { readCheckpointsIn } from "../../lib/local/archive-directory.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { EnvironmentTokenProvider } from "../../lib/local/environment-token-provider.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import type { Checkpoint } from "../../lib/ports.ts";
import { keepHeapFlat } from "../../lib/run/flat-heap.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { noteTrouble, reportError, toErrorLine, UsageError } from "../errors.ts";
import { EXIT_CODES_HELP, EXIT_OF_OUTCOME } from "../exit-codes.ts";
import { addArchiveOption, checkWritable } from "../options/archive.ts";
import { addSourceOption, noteNewSource } from "../options/source.ts";
import { parseSeconds, TIME_HELP } from "../options/time.ts";
import { addTimeRangeOptions, type TimeRangeOptions, toTimeRange } from "../options/time-range.ts";
import { toJsonLine } from "../output/controls.ts";
import { formatTime } from "../output/format.ts";
import { IngestProgressDisplay } from "../output/ingest-progress.ts";
import { describeSummary } from "../output/ingest-summary.ts";
import { ingestUntilCaughtUp } from "../run/ingest-until-caught-up.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";
import { SlackCalls } from "../run/slack-calls.ts";

const PAGE_LIMIT_MAX = 9999;

interface IngestOptions extends TimeRangeOptions {
  archive: string;
  source: string;
  apiBase?: string;
  settleDelay: number;
  allowedLateness: number;
  timeLimit?: number;
  pageLimit: number;
  json?: true;
}

export function defineIngestCommand(command: Command): void {
  addSourceOption(addArchiveOption(command)).description(
    "Fetch the entries that are missing from the archive, until it has caught up with Slack or the time limit is reached. The next run continues from there, however this one ended. The token is read from the environment variable SLACK_AUDIT_TOKEN.",
  );
  addTimeRangeOptions(command, {
    from: "start of the archive, for its first run only (default: 24 hours ago)",
    until: "where to stop, excluded (default: now)",
    last: "start of the archive as a duration before now, for its first run only",
  })
    .option("--api-base <url>", "Audit Logs API to use instead of Slack's; http on loopback only")
    .addOption(
      new Option("--settle-delay <duration>", "age at which entries are expected to be visible")
        .argParser(parseSeconds)
        .default(60, "60s"),
    )
    .addOption(
      new Option("--allowed-lateness <duration>", "how late an entry may appear and still be found")
        .argParser(parseSeconds)
        .default(900, "15m"),
    )
    .option("--time-limit <duration>", "stop after this time, with everything saved", parseSeconds)
    .option("--page-limit <n>", "entries per request, 1 to 9999", parsePageLimit, 9999)
    .option("--json", "print the summary as one JSON object, as the last line")
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  export SLACK_AUDIT_TOKEN=xoxp-...
  audit-lake ingest
  audit-lake ingest --archive /srv/audit --source acme --from 2026-05-01 --time-limit 50m
  audit-lake ingest --json | tail -n 1 | jq .outcome
${EXIT_CODES_HELP}`,
    )
    .action(async (options: IngestOptions) => {
      process.exitCode = await ingest(options);
    });
}

async function ingest(options: IngestOptions): Promise<number> {
  keepHeapFlat();
  const { source, archive: directory, timeLimit } = options;
  const nowMs = systemClock.nowMs();
  const known = await readCheckpointsIn(directory, (stored) => stored.read(source));
  const { from, until } = toIngestRange(options, Math.floor(nowMs / 1000), known?.checkpoint);
  const tokens = new EnvironmentTokenProvider();
  await tokens.get();
  const display = new IngestProgressDisplay();
  const calls = new SlackCalls({
    tokens,
    clock: systemClock,
    apiBase: options.apiBase,
    onTrouble: (failure) => {
      display.stop();
      noteTrouble(failure);
    },
  });
  await checkWritable(directory);
  await noteNewSource(directory, source);
  if (options.from !== undefined || options.last !== undefined) {
    warnOfIgnoredStart(options, from, known?.checkpoint);
  }
  const checkpoints = new SqliteCheckpointStore(directory);
  try {
    const archive = new DirectoryArchiveStore(directory);
    const { summary, cause } = await ingestUntilCaughtUp(
      { slack: calls.slack, archive, checkpoints, clock: systemClock },
      {
        source,
        firstStart: from,
        until,
        settleDelaySeconds: options.settleDelay,
        allowedLatenessSeconds: options.allowedLateness,
        pageLimit: options.pageLimit,
      },
      {
        deadlineMs: timeLimit === undefined ? Number.POSITIVE_INFINITY : nowMs + timeLimit * 1000,
        signal: abortOnInterrupt("Stopping with everything saved"),
        onProgress: (progress) => display.update(progress),
        onWait: (untilMs, reason) => display.wait(untilMs, reason),
      },
    );
    display.stop();
    const { lastFailure } = calls;
    if (cause !== undefined) reportError(cause);
    if (summary.outcome === "out_of_time" && lastFailure !== undefined) {
      process.stderr.write(
        toErrorLine(`out of time; the last call to Slack failed: ${lastFailure.message}`),
      );
    }
    console.log(options.json ? toJsonLine(summary) : describeSummary(summary, directory));
    return EXIT_OF_OUTCOME[summary.outcome];
  } finally {
    display.stop();
    checkpoints.close();
  }
}

/**
 * Where the archive begins if this is its first run, and where the run ends.
 *
 * @param known - of an archive that has begun: the run then reads from its watermark on
 * @throws {UsageError} when nothing would be read, or the archive would begin in the future
 */
function toIngestRange(
  options: IngestOptions,
  nowSeconds: number,
  known: Checkpoint | undefined,
): { from: number; until: number | undefined } {
  const { from = nowSeconds - SECONDS_PER_DAY, until } = toTimeRange(options, nowSeconds);
  if (from > nowSeconds) {
    throw new UsageError(`--from ${formatTime(from)} is in the future`);
  }
  if (until === undefined) return { from, until };
  if (known === undefined && until <= from) {
    throw new UsageError(
      `--until ${formatTime(until)} must be later than ${formatTime(from)}, where a new archive begins unless --from says otherwise`,
    );
  }
  // What the last run with this --until has read is no mistake.
  if (known !== undefined && until < known.watermark) {
    throw new UsageError(
      `--until ${formatTime(until)} must not be earlier than ${formatTime(known.watermark)}: the archive of "${options.source}" is complete to there, and each run continues where the last one ended; use backfill for older entries`,
    );
  }
  return { from, until };
}

function warnOfIgnoredStart(
  { source, last }: IngestOptions,
  from: number,
  known: Checkpoint | undefined,
): void {
  if (known === undefined || from >= known.start) return;
  const option = last === undefined ? "--from" : "--last";
  console.error(
    `audit-lake: ${option} has no effect: the archive of "${source}" begins at ${formatTime(known.start)}, and each run continues where the last one ended; use backfill for older entries`,
  );
}

function parsePageLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > PAGE_LIMIT_MAX) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${PAGE_LIMIT_MAX}.`);
  }
  return limit;
}
