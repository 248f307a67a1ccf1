import { type Command, Option } from "commander";
import { backfillSpan } from "../../lib/backfill/backfill-span.ts";
import { estimateBackfill } from "../../lib/backfill/estimate.ts";
import { beginBackfill, planBackfill } from "../../lib/backfill/plan.ts";
import { backfillProgress } from "../../lib/backfill/progress.ts";
import type { IngestPorts } from "../../lib/ingest/ingest.ts";
import { causeOf, type IngestOutcome, type IngestSummary } from "../../lib/ingest/summary.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { EnvironmentTokenProvider } from "../../lib/local/environment-token-provider.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../../lib/run/background-pacer.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import type { TimeRange } from "../../lib/time.ts";
import { reportError, UsageError } from "../errors.ts";
import { EXIT, EXIT_CODES_HELP, EXIT_OF_OUTCOME } from "../exit-codes.ts";
import {
  addArchiveOption,
  addSourceOption,
  checkReadable,
  checkWritable,
} from "../options/archive.ts";
import { confirm } from "../options/confirm.ts";
import { STACK_HELP } from "../options/stack.ts";
import { parseTime } from "../options/time.ts";
import { describeBackfill, describeEstimate } from "../output/backfill-status.ts";
import { formatCounted, formatSeconds, formatTime } from "../output/format.ts";
import { ProgressBar } from "../output/progress-bar.ts";
import { renderStatusLines } from "../output/table.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";
import { leaseOwner } from "../run/lease-owner.ts";
import { repeatRuns } from "../run/run-until-done.ts";

/** Slack's own limit. */
const PAGE_LIMIT = 9999;

/** Spans that are worked on at once: while one stores, the other asks. */
const CONCURRENCY = 2;

interface BackfillOptions {
  archive: string;
  /** True: given without a name. */
  stack?: string | true;
  source: string;
  apiBase?: string;
  from?: number;
  to?: number;
  estimate?: true;
  yes?: true;
  cancel?: true;
  json?: true;
}

export function addBackfillCommand(program: Command): void {
  addSourceOption(addArchiveOption(program.command("backfill")))
    .summary("bring in the past")
    .description(
      [
        "Take in what was before the live runs began, a month at a time, at no more than 40 calls a minute, so that live runs can go on meanwhile. It can be interrupted; the same command goes on. What is archived already is not asked for again. The token is read from the environment variable SLACK_AUDIT_TOKEN.",
        "With --stack, the deployed stack does it, with its own token, and goes on by itself; --cancel ends it with everything saved.",
        "TIME is ISO 8601 (UTC where it names no zone) or epoch seconds.",
      ].join("\n\n"),
    )
    .addOption(
      new Option(
        "--stack [name]",
        `into the deployed stack (default: "${DEFAULT_STACK_NAME}")`,
      ).conflicts(["archive", "apiBase"]),
    )
    .option("--from <time>", "where to begin; 2018-03-01 is the earliest", parseTime)
    .option("--to <time>", "where to end, excluded (default: where the live runs began)", parseTime)
    .option("--api-base <url>", "Audit Logs API to use instead of Slack's; http on loopback only")
    .option("--estimate", "only say what it would take")
    .option("-y, --yes", "begin without an estimate, and without asking")
    .addOption(
      new Option("--cancel", "with --stack: end the backfill that is at work").conflicts([
        "from",
        "to",
        "estimate",
        "yes",
      ]),
    )
    .option("--json", "print one JSON object, the last line")
    .addHelpText(
      "after",
      `
Examples:
  export SLACK_AUDIT_TOKEN=xoxp-...
  audit-lake backfill --from 2024-01-01 --estimate
  audit-lake backfill --from 2018-03-01 --to 2024-01-01 --yes
  audit-lake status
  audit-lake backfill --stack --from 2024-01-01
  audit-lake backfill --stack --cancel
${EXIT_CODES_HELP}
${STACK_HELP}`,
    )
    .action(async (options: BackfillOptions, command: Command) => {
      const { stack, from } = options;
      if (stack !== undefined) {
        // The default is of archives on disk; a stack with one source needs no name.
        const isNamed = command.getOptionValueSource("source") !== "default";
        const source = isNamed ? options.source : undefined;
        process.exitCode = await useStack(stack === true ? DEFAULT_STACK_NAME : stack, {
          ...options,
          source,
        });
        return;
      }
      if (options.cancel) {
        throw new UsageError("--cancel goes with --stack; a backfill here ends with Ctrl-C");
      }
      process.exitCode = await runBackfill({ ...options, from: checkGiven(from) });
    });
}

async function useStack(
  stack: string,
  options: Omit<BackfillOptions, "source"> & { source: string | undefined },
): Promise<number> {
  const { source, from, to: until, estimate = false, yes = false, json = false } = options;
  const { startDeployedBackfill, cancelDeployedBackfill } = await import(
    "../stack/deployed-backfill.ts"
  );
  return options.cancel
    ? cancelDeployedBackfill({ stack, source, json })
    : startDeployedBackfill({ stack, source, from: checkGiven(from), until, estimate, yes, json });
}

function checkGiven(from: number | undefined): number {
  if (from === undefined) {
    throw new UsageError("--from is missing: say where to begin, such as --from 2024-01-01");
  }
  return from;
}

async function runBackfill(options: BackfillOptions & { from: number }): Promise<number> {
  const { archive: directory, source, from, to: until, json } = options;
  const tokens = new EnvironmentTokenProvider();
  await tokens.get();
  const clock = systemClock;
  // It takes long to load, and other commands do without.
  const { createSlackSource } = await import("../../lib/run/slack-source.ts");
  const slack = createSlackSource({
    tokens,
    clock,
    backgroundCallsPerMinute: BACKGROUND_CALLS_PER_MINUTE,
    ...(options.apiBase === undefined ? {} : { baseUrl: options.apiBase }),
  });
  await checkReadable(directory);
  await checkWritable(directory);
  const checkpoints = new SqliteCheckpointStore(directory);
  const archive = new DirectoryArchiveStore(directory);
  const signal = abortOnInterrupt("Ending with everything saved");
  try {
    const ports = { slack, archive, checkpoints, clock };
    const { spans, left } = await planBackfill(ports, { source, from, until });
    if (options.estimate || !options.yes) {
      const estimate = await estimateBackfill(slack, left, {
        pageLimit: PAGE_LIMIT,
        deadlineMs: Number.POSITIVE_INFINITY,
        signal,
      });
      if (!json) console.log(describeEstimate(estimate, left));
      if (options.estimate) {
        if (json) console.log(JSON.stringify({ source, left, estimate }));
        return EXIT.done;
      }
      if (!(await confirm("Begin?"))) return EXIT.done;
    }
    await beginBackfill(ports, source, spans, leaseOwner());
    const { ended, entries } = await backfillSpans(ports, source, spans, signal);
    const progress = backfillProgress(await checkpoints.lanes(source), clock.nowMs());
    console.log(
      json
        ? JSON.stringify({ source, outcome: ended, entries, progress })
        : renderStatusLines([
            ["outcome", OUTCOMES[ended]],
            ["entries", `${formatCounted(entries, "entry", "entries")} stored now`],
            ...(progress === undefined ? [] : describeBackfill(progress)),
          ]),
    );
    return EXIT_OF_OUTCOME[ended];
  } finally {
    checkpoints.close();
  }
}

const OUTCOMES: Record<IngestOutcome, string> = {
  caught_up: "done",
  out_of_time: "out of time; the same command goes on",
  throttled: "throttled: Slack asks to be called later; the same command goes on then",
  interrupted: "interrupted, with everything saved; the same command goes on",
  lease_held: "not finished: another backfill is at work; the same command goes on",
  lease_lost: "not finished: another backfill has taken over",
  failed: "not finished: a span failed; the same command goes on",
};

/**
 * Work on all spans, some at once; one that fails leaves the others alone.
 *
 * @returns how it ended: of several ways the one that most wants attention
 */
async function backfillSpans(
  ports: IngestPorts,
  source: string,
  spans: readonly TimeRange[],
  signal: AbortSignal,
): Promise<{ ended: IngestOutcome; entries: number }> {
  const { clock } = ports;
  const deadlineMs = Number.POSITIVE_INFINITY;
  const display = new BackfillDisplay(spans);
  const queue = spans[Symbol.iterator]();
  const last: IngestSummary[] = [];
  let entries = 0;
  const work = async () => {
    for (const span of queue) {
      if (signal.aborted) return;
      const { runs, isInterrupted } = await repeatRuns<IngestSummary>(
        (before) => {
          const entriesBefore = before.reduce((sum, { entries }) => sum + entries, 0);
          return backfillSpan(
            ports,
            { source, span, owner: leaseOwner(), pageLimit: PAGE_LIMIT },
            {
              deadlineMs,
              signal,
              onProgress: ({ position, entries }) =>
                display.update(span, position, entriesBefore + entries),
            },
          );
        },
        () => false,
        clock,
        { deadlineMs, signal, onWait: (untilMs, reason) => display.wait(untilMs, reason) },
      );
      entries += runs.reduce((sum, run) => sum + run.entries, 0);
      const end = runs.at(-1);
      if (end === undefined) continue;
      last.push(isInterrupted ? { ...end, outcome: "interrupted" } : end);
      const cause = causeOf(end);
      if (cause !== undefined) reportError(cause);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  } finally {
    display.stop();
  }
  if (signal.aborted) return { ended: "interrupted", entries };
  const outcomes = new Set(last.map(({ outcome }) => outcome));
  const ended = BY_WEIGHT.find((outcome) => outcomes.has(outcome)) ?? "caught_up";
  return { ended, entries };
}

/** What wants attention most comes first. */
const BY_WEIGHT: readonly IngestOutcome[] = [
  "failed",
  "interrupted",
  "lease_lost",
  "lease_held",
  "throttled",
  "out_of_time",
];

class BackfillDisplay {
  readonly #bar = new ProgressBar();
  readonly #spans: readonly TimeRange[];
  readonly #startedAtMs = performance.now();
  readonly #positions = new Map<TimeRange, number>();
  readonly #entries = new Map<TimeRange, number>();

  constructor(spans: readonly TimeRange[]) {
    this.#spans = spans;
  }

  update(span: TimeRange, position: number, entries: number): void {
    this.#positions.set(span, Math.min(position, span.until));
    this.#entries.set(span, entries);
    const total = this.#spans.reduce((sum, { from, until }) => sum + until - from, 0);
    const done = [...this.#positions].reduce((sum, [{ from }, at]) => sum + at - from, 0);
    const stored = [...this.#entries.values()].reduce((sum, count) => sum + count, 0);
    const elapsedSeconds = (performance.now() - this.#startedAtMs) / 1000;
    this.#bar.update(done, total, [
      formatCounted(stored, "entry", "entries"),
      `at ${formatTime(position)}`,
      ...(done > 0 ? [`${formatSeconds((elapsedSeconds / done) * (total - done))} left`] : []),
    ]);
  }

  wait(untilMs: number, reason: string): void {
    this.#bar.wait(untilMs, reason);
  }

  stop(): void {
    this.#bar.stop();
  }
}
