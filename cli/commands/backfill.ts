import { type Command, Option } from "commander";
import { cancelBackfill } from "../../lib/backfill/cancel.ts";
import { estimateBackfill } from "../../lib/backfill/estimate.ts";
import { beginBackfill, planBackfill } from "../../lib/backfill/plan.ts";
import { backfillProgress } from "../../lib/backfill/progress.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { EnvironmentTokenProvider } from "../../lib/local/environment-token-provider.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../../lib/run/background-pacer.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { nowSeconds, type TimeRange } from "../../lib/time.ts";
import { noteTrouble, reportError, UsageError } from "../errors.ts";
import { EXIT, EXIT_CODES_HELP, EXIT_OF_OUTCOME } from "../exit-codes.ts";
import { addArchiveOption, checkReadable, checkWritable } from "../options/archive.ts";
import { confirm, requireTerminal } from "../options/confirm.ts";
import { addSourceOption, checkSource } from "../options/source.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { TIME_HELP } from "../options/time.ts";
import {
  addFormerTimeOption,
  addTimeRangeOptions,
  parseTimeRange,
  type TimeRangeOptions,
  toTimeRange,
} from "../options/time-range.ts";
import { BackfillProgressDisplay } from "../output/backfill-progress.ts";
import {
  describeBackfillResult,
  describeCancelled,
  describeEstimate,
} from "../output/backfill-status.ts";
import { toJsonLine } from "../output/controls.ts";
import { backfillSpans } from "../run/backfill-spans.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";
import { leaseOwner } from "../run/lease-owner.ts";
import { SlackCalls } from "../run/slack-calls.ts";

/** Slack's own limit. */
const PAGE_LIMIT = 9999;

interface BackfillOptions extends TimeRangeOptions {
  archive: string;
  stack?: string;
  source: string;
  apiBase?: string;
  estimate?: true;
  yes?: true;
  cancel?: true | TimeRange;
  json?: true;
}

export function defineBackfillCommand(command: Command): void {
  addSourceOption(addArchiveOption(command))
    .description(
      [
        "Archive entries from before the first run, a month at a time. It makes at most 40 calls a minute, so that regular runs are not held up. Interrupt it whenever you like and run the same command again to continue; what is archived already is not requested again. The token is read from the environment variable SLACK_AUDIT_TOKEN.",
        "With --stack, the deployed stack does this with its own token and continues by itself; --cancel stops it, with everything saved.",
      ].join("\n\n"),
    )
    .addOption(stackOption("run it in the deployed stack").conflicts(["archive", "apiBase"]));
  addTimeRangeOptions(command, {
    from: "start of the range to archive; Slack has nothing before 2018-03-01",
    until: "end of the range, excluded (default: where the first run began)",
    last: "start of the range as a duration before now",
  })
    .option("--api-base <url>", "Audit Logs API to use instead of Slack's; http on loopback only")
    .option("--estimate", "print what it would take, and archive nothing")
    .option("-y, --yes", "begin without an estimate and without asking")
    .addOption(
      new Option(
        "--cancel [from/until]",
        "give up what is unfinished of the backfills of a range, such as 2024-01-01/2024-02-01: it holds up no seal then, and can be planned again; with --stack and no range: stop the running backfill",
      )
        .argParser(parseTimeRange)
        .conflicts([...["from", "until", "last"], ...["estimate", "yes"]]),
    )
    .option("--json", "print one JSON object as the last line")
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  export SLACK_AUDIT_TOKEN=xoxp-...
  audit-lake backfill --from 2024-01-01 --estimate
  audit-lake backfill --from 2018-03-01 --until 2024-01-01 --yes
  audit-lake status
  audit-lake backfill --stack --from 2024-01-01
  audit-lake backfill --stack --cancel
  audit-lake backfill --cancel 2024-01-01/2024-02-01
${EXIT_CODES_HELP}
${STACK_HELP}`,
    )
    .action(async (options: BackfillOptions) => {
      process.exitCode = await (options.stack === undefined
        ? backfillDirectory(options)
        : backfillStack(options.stack, options, command));
    });
  addFormerTimeOption(command, "--to", "until");
}

async function backfillStack(
  stack: string,
  options: BackfillOptions,
  command: Command,
): Promise<number> {
  const { estimate = false, yes = false, json = false } = options;
  // The default is for archives on disk; a stack with one source needs no name.
  const isNamed = command.getOptionValueSource("source") !== "default";
  const source = isNamed ? options.source : undefined;
  const { startDeployedBackfill, cancelDeployedBackfill } = await import(
    "../stack/deployed-backfill.ts"
  );
  return options.cancel
    ? cancelDeployedBackfill({ stack, source, json, range: rangeOf(options.cancel) })
    : startDeployedBackfill({ stack, source, ...toBackfillRange(options), estimate, yes, json });
}

function rangeOf(cancel: true | TimeRange): TimeRange | undefined {
  return cancel === true ? undefined : cancel;
}

async function cancelInDirectory({
  archive,
  source,
  cancel,
  json,
}: BackfillOptions): Promise<number> {
  if (cancel === undefined || cancel === true) {
    throw new UsageError(
      "--cancel needs a range here, such as 2024-01-01/2024-02-01; stop a backfill that is at work on this machine with Ctrl-C",
    );
  }
  await checkReadable(archive);
  await checkSource(archive, source);
  await checkWritable(archive);
  const checkpoints = new SqliteCheckpointStore(archive);
  try {
    const ports = { checkpoints, clock: systemClock };
    const cancelled = await cancelBackfill(ports, source, cancel, leaseOwner());
    console.log(json ? toJsonLine({ source, cancelled }) : describeCancelled(source, cancelled));
    return EXIT.done;
  } finally {
    checkpoints.close();
  }
}

/** @throws {UsageError} when it has no start */
function toBackfillRange(options: BackfillOptions): Pick<TimeRange, "from"> & Partial<TimeRange> {
  const { from, until } = toTimeRange(options, nowSeconds(systemClock));
  if (from === undefined) {
    throw new UsageError("--from is missing: give the start, such as --from 2024-01-01");
  }
  return { from, ...(until === undefined ? {} : { until }) };
}

async function backfillDirectory(options: BackfillOptions): Promise<number> {
  const { archive: directory, source, json } = options;
  if (options.cancel) return cancelInDirectory(options);
  const range = toBackfillRange(options);
  const tokens = new EnvironmentTokenProvider();
  await tokens.get();
  const clock = systemClock;
  let display: BackfillProgressDisplay | undefined;
  const { slack } = new SlackCalls({
    tokens,
    clock,
    backgroundCallsPerMinute: BACKGROUND_CALLS_PER_MINUTE,
    apiBase: options.apiBase,
    onTrouble: (failure) => {
      display?.stop();
      noteTrouble(failure);
    },
  });
  await checkReadable(directory);
  await checkSource(directory, source);
  await checkWritable(directory);
  const checkpoints = new SqliteCheckpointStore(directory);
  const archive = new DirectoryArchiveStore(directory);
  const signal = abortOnInterrupt("Stopping with everything saved");
  try {
    const ports = { slack, archive, checkpoints, clock };
    const { spans, left } = await planBackfill(ports, { source, ...range });
    if (options.estimate || !options.yes) {
      if (!options.estimate && left.length > 0) requireTerminal();
      const estimate = await estimateBackfill(slack, left, {
        pageLimit: PAGE_LIMIT,
        deadlineMs: Number.POSITIVE_INFINITY,
        signal,
      });
      if (!json) console.log(describeEstimate(estimate, left));
      if (options.estimate) {
        if (json) console.log(toJsonLine({ source, left, estimate }));
        return EXIT.done;
      }
      if (left.length > 0 && !(await confirm("Begin?"))) return EXIT.done;
    }
    await beginBackfill(ports, source, spans, leaseOwner());
    const shown = new BackfillProgressDisplay(spans);
    display = shown;
    const result = await backfillSpans(ports, source, spans, signal, {
      onProgress: (span, position, entries) => shown.update(span, position, entries),
      onWait: (untilMs, reason) => shown.wait(untilMs, reason),
      onFailure: (cause) => {
        shown.stop();
        reportError(cause);
      },
    }).finally(() => shown.stop());
    const progress = backfillProgress(await checkpoints.writers(source), clock.nowMs());
    console.log(
      json ? toJsonLine({ source, ...result, progress }) : describeBackfillResult(result, progress),
    );
    return EXIT_OF_OUTCOME[result.outcome];
  } finally {
    checkpoints.close();
  }
}
