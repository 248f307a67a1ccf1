import { randomUUID } from "node:crypto";
import { type Command, Option } from "commander";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { sourcesIn } from "../../lib/local/archive-directory.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { ProcessLocks } from "../../lib/local/process-locks.ts";
import { SqliteWatchState } from "../../lib/local/sqlite-watch-state.ts";
import { Deliveries, type DeliveryReports } from "../../lib/notify/deliveries.ts";
import { makeTarget, type TargetPorts } from "../../lib/notify/make-target.ts";
import type { Target } from "../../lib/notify/target.ts";
import { type WatchReports, watchArchive } from "../../lib/notify/watch-archive.ts";
import { parseWatchConfig, type WatchConfig } from "../../lib/notify/watch-config.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { DELIVERY_ATTEMPTS } from "../../lib/stack/delivery-attempts.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { toErrorLine, UsageError } from "../errors.ts";
import { EXIT, EXIT_CODES_HELP } from "../exit-codes.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { addContextOptions } from "../options/context.ts";
import { checkSource, sourceFilterOption } from "../options/source.ts";
import { parsePositiveSeconds, parseTime, TIME_HELP } from "../options/time.ts";
import { showControls } from "../output/controls.ts";
import { reportFailedLookUps } from "../output/failed-look-ups.ts";
import { formatCounted } from "../output/format.ts";
import { type ContextOptions, readContextFiles } from "../run/detection-files.ts";
import { abortOnInterrupt, InterruptedError } from "../run/interrupt.ts";
import { readNamedJson } from "../run/named-file.ts";

const MAX_ENTRY_AGE_SECONDS = 14 * SECONDS_PER_DAY;

/** How long stopping waits for answers: as long as one request may take. */
const GRACE_MS = 10_000;

interface WatchOptions extends ContextOptions {
  archive: string;
  source?: string;
  config: string;
  /** Seconds. */
  interval: number;
  /** Epoch seconds. */
  from?: number;
  once?: true;
  retry?: true;
}

export function defineWatchCommand(command: Command): void {
  addArchiveOption(command)
    .description(
      "Run the detection rules over what is new in the archive, and send the alerts to Slack, PagerDuty, Jira, webhooks or AWS. Each alert reaches each of its targets, whatever interrupts the command. It is sent again, with the same id, only when the command dies between sending and marking it, or an answer is lost. docs/operate/routing.md describes the file of targets and routes.",
    )
    .addOption(sourceFilterOption())
    .requiredOption("--config <file>", "JSON file of targets and routes")
    .addOption(
      new Option("--interval <duration>", "how often to look")
        .argParser(parsePositiveSeconds)
        .default(60, "1m"),
    )
    .option("--once", "look once and end, for cron: after each ingest")
    .addOption(
      new Option(
        "--from <time>",
        "at the first look, also entries from this time on (default: only what comes later)",
      ).argParser(parseTime),
    )
    .option("--retry", "also send what was given up")
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  export SOC_WEBHOOK=https://hooks.slack.com/services/...
  audit-lake watch --archive /srv/audit --config watch.json
  audit-lake ingest --archive /srv/audit && audit-lake watch --archive /srv/audit --config watch.json --once
${EXIT_CODES_HELP}`,
    )
    .action(async (options: WatchOptions) => {
      process.exitCode = await watch(options);
    });
  addContextOptions(command);
}

async function watch(options: WatchOptions): Promise<number> {
  const { archive, source, interval } = options;
  await checkReadable(archive);
  const known = await sourcesIn(archive);
  const config = await readNamedJson("--config", options.config, (value) =>
    parseWatchConfig(value, DETECTIONS, known),
  );
  await checkSource(archive, source);
  const ending = new AbortController();
  const targets = await makeTargets(config, ending.signal);
  const context = { ...config.context, ...(await readContextFiles(options)) };
  const locks = new ProcessLocks(archive);
  if (!locks.tryLock("watch", randomUUID())) {
    locks.close();
    process.stderr.write(toErrorLine(`another watch is at work in ${archive}`));
    return EXIT.tryAgain;
  }
  const state = SqliteWatchState.open(archive);
  try {
    if (options.retry) {
      console.error(`${formatCounted(state.retryGivenUp(), "delivery", "deliveries")} to retry`);
    }
    if (state.isNew() && options.from === undefined) {
      console.error("The first look takes what is there for history; --from has it begin earlier.");
    }
    const detector = new Detector({
      rules: DETECTIONS,
      ...{ overrides: config.overrides, suppressions: config.suppressions },
      ...{ context, periodSeconds: config.periodSeconds },
    });
    const counts = { sent: 0, suppressed: 0 };
    const ports = {
      archive: new DirectoryArchiveStore(archive),
      ...{ state, correlations: state, detector, clock: systemClock },
    };
    const look = async () => {
      const looked = await watchArchive(
        ports,
        {
          routes: config.routes,
          sources: source === undefined ? await sourcesIn(archive) : [source],
          maxEntryAgeSeconds: MAX_ENTRY_AGE_SECONDS,
          from: options.from,
        },
        {
          ...REPORTS,
          onRaised: ({ withheld }) => {
            counts.suppressed += withheld.length;
          },
        },
      );
      reportFailedLookUps(context.addresses);
      return looked;
    };
    const deliveries = new Deliveries(
      { state, targets, clock: systemClock, random: Math.random },
      DELIVERY_ATTEMPTS,
      {
        onDelivered: () => {
          counts.sent += 1;
        },
        onFailure: reportFailure,
      },
    );
    try {
      if (options.once) {
        const looked = await look();
        deliveries.start();
        await deliveries.idle();
        const givenUp = state.givenUp().length;
        console.log(describeLook({ ...counts, givenUp }));
        return toExitCode(looked.problems, givenUp);
      }
      const signal = abortOnInterrupt("Stopping with everything saved");
      for (;;) {
        deliveries.start(); // what is left from before need not wait for a long look
        await look();
        deliveries.start();
        await systemClock.sleep(interval * 1000, signal);
      }
    } finally {
      await deliveries.stop(GRACE_MS);
    }
  } catch (error) {
    if (error instanceof InterruptedError) return EXIT.interrupted;
    throw error;
  } finally {
    ending.abort();
    state.close();
    locks.close();
  }
}

/**
 * @param ending - aborted: what is on its way to a target is not waited for
 * @throws {UsageError} when a variable that holds a secret is not set
 */
async function makeTargets(
  { targets }: WatchConfig,
  ending: AbortSignal,
): Promise<Map<string, Target>> {
  const missing = Object.entries(targets).flatMap(([name, settings]) =>
    "secret" in settings && !process.env[settings.secret] ? `targets.${name}.secret` : [],
  );
  if (missing.length > 0) {
    // Not by their names: some secrets look like one.
    throw new UsageError(`set the environment variables that ${missing.join(", ")} name`);
  }
  const isOnAws = Object.values(targets).some(
    ({ type }) => type === "eventbridge" || type === "sns",
  );
  const sinkOf: TargetPorts["sinkOf"] = isOnAws
    ? (await import("../stack/aws-sinks.ts")).makeAwsSink
    : () => {
        throw new Error("there is no target on AWS");
      };
  const ports: TargetPorts = {
    fetch,
    timeout: (ms) => AbortSignal.any([AbortSignal.timeout(ms), ending]),
    clock: { ...systemClock, sleep: (ms) => systemClock.sleep(ms, ending) },
    random: Math.random,
    readSecret: async (name) => process.env[name] ?? "",
    sinkOf,
  };
  return new Map(
    Object.entries(targets).map(([name, settings]) => [name, makeTarget(settings, ports)]),
  );
}

/** @param givenUp - at this look and before, as the exit code says */
function describeLook({
  sent,
  suppressed,
  givenUp,
}: Record<"sent" | "suppressed" | "givenUp", number>): string {
  const deliveries = (count: number) => formatCounted(count, "delivery", "deliveries");
  return `${deliveries(sent)} sent, ${formatCounted(suppressed, "alert")} suppressed, ${deliveries(givenUp)} given up.`;
}

const REPORTS: WatchReports = {
  onAlert: ({ severity, title, ruleId }, targets) => {
    const to = targets.length === 0 ? "no route" : targets.join(", ");
    console.log(showControls(`[${severity.toUpperCase()}] ${title} (${ruleId}) → ${to}`));
  },
  onProblem: (objectKey, { message }) => {
    process.stderr.write(toErrorLine(`${objectKey} was not looked at: ${message}`));
  },
};

const reportFailure: DeliveryReports["onFailure"] = ({ id }, target, { message }, isFinal) => {
  const next = isFinal ? "given up; send it again with --retry" : "trying again later";
  process.stderr.write(toErrorLine(`${target} does not have ${id}: ${message} (${next})`));
};

function toExitCode(problems: number, givenUp: number): number {
  if (givenUp > 0) {
    const count = formatCounted(givenUp, "delivery is", "deliveries are");
    process.stderr.write(toErrorLine(`${count} given up; send again with --retry`));
  }
  return problems + givenUp > 0 ? EXIT.failed : EXIT.done;
}
