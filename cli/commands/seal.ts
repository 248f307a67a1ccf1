import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { causeOf } from "../../lib/ingest/summary.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { EnvironmentTokenProvider } from "../../lib/local/environment-token-provider.ts";
import { PemManifestSigner } from "../../lib/local/pem-manifest-signer.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../../lib/run/background-pacer.ts";
import {
  daysToSeal,
  type SealPorts,
  type SealSettings,
  type SealSummary,
  sealDay,
} from "../../lib/seal/seal-day.ts";
import { SigningKeyError } from "../../lib/seal/signature.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { reportError, UsageError } from "../errors.ts";
import { EXIT_CODES_HELP, EXIT_OF_CLOSE } from "../exit-codes.ts";
import {
  addArchiveOption,
  addSourceOption,
  checkReadable,
  checkWritable,
} from "../options/archive.ts";
import { parseDay, parseDuration } from "../options/time.ts";
import { formatCount } from "../output/format.ts";
import { SealProgressDisplay } from "../output/seal-progress.ts";
import { renderTable } from "../output/table.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";
import { leaseOwner } from "../run/lease-owner.ts";
import { repeatRuns } from "../run/run-until-done.ts";

/** Slack's own limit. */
const PAGE_LIMIT = 9999;

interface SealOptions {
  archive: string;
  source: string;
  day?: string;
  apiBase?: string;
  closeDelay: number;
  allowedLateness: number;
  signKey?: string;
  json?: true;
}

export function addSealCommand(program: Command): void {
  addSourceOption(addArchiveOption(program.command("close-day")))
    .summary("reconcile a day with Slack, and seal it")
    .description(
      [
        "List a settled day again, store what is missing, and write its manifest: every object with its hash, what both sides hold, and the hash of the manifest before. It can be interrupted; the next one goes on. The token is read from the environment variable SLACK_AUDIT_TOKEN.",
        "What a sealed day proves: docs/integrity.md. D is 90, 90s, 15m, 2h or 1d.",
      ].join("\n\n"),
    )
    .option("--day <day>", "only this day, YYYY-MM-DD (default: all that are due)", parseDay)
    .option("--api-base <url>", "Audit Logs API to use instead of Slack's; http on loopback only")
    .addOption(
      new Option("--close-delay <d>", "how long after its end a day is closed at the earliest")
        .argParser(parseDuration)
        .default(7200, "2h"),
    )
    .addOption(
      new Option("--allowed-lateness <d>", "what the runs of ingest use")
        .argParser(parseDuration)
        .default(900, "15m"),
    )
    .option("--sign-key <file>", "sign the manifests with this private key; PEM, P-256")
    .option("--json", "print one JSON object, the last line")
    .addHelpText(
      "after",
      `
Examples:
  export SLACK_AUDIT_TOKEN=xoxp-...
  audit-lake close-day
  audit-lake close-day --archive /srv/audit --source acme --day 2026-05-01
  openssl ecparam -genkey -name prime256v1 -noout -out signing-key.pem
  audit-lake close-day --sign-key signing-key.pem
${EXIT_CODES_HELP}`,
    )
    .action(async (options: SealOptions) => {
      process.exitCode = await runSeal(options);
    });
}

async function runSeal(options: SealOptions): Promise<number> {
  const { archive: directory, source, json } = options;
  const tokens = new EnvironmentTokenProvider();
  await tokens.get();
  // It takes long to load, and other commands do without.
  const { createSlackSource } = await import("../../lib/run/slack-source.ts");
  const slack = createSlackSource({
    tokens,
    clock: systemClock,
    backgroundCallsPerMinute: BACKGROUND_CALLS_PER_MINUTE,
    ...(options.apiBase === undefined ? {} : { baseUrl: options.apiBase }),
  });
  const signer = options.signKey === undefined ? undefined : await loadSigner(options.signKey);
  await checkReadable(directory);
  await checkWritable(directory);
  const checkpoints = new SqliteCheckpointStore(directory);
  const archive = new DirectoryArchiveStore(directory);
  try {
    const { closed, cause } = await closeDays(
      { slack, archive, checkpoints, clock: systemClock, signer },
      {
        source,
        pageLimit: PAGE_LIMIT,
        sealDelaySeconds: options.closeDelay,
        allowedLatenessSeconds: options.allowedLateness,
      },
      options.day,
    );
    if (cause !== undefined) reportError(cause);
    console.log(json ? JSON.stringify({ source, days: closed }) : describe(closed, source));
    return EXIT_OF_CLOSE[closed.at(-1)?.outcome ?? "sealed"];
  } finally {
    checkpoints.close();
  }
}

/** One after the other, oldest first; ends at the first that cannot be sealed now. */
async function closeDays(
  ports: SealPorts,
  settings: Omit<SealSettings, "day" | "owner">,
  day: string | undefined,
): Promise<{ closed: SealSummary[]; cause: Error | undefined }> {
  const signal = abortOnInterrupt("Ending with everything saved");
  const closed: SealSummary[] = [];
  const days =
    day === undefined ? await daysToSeal(ports, settings, Number.POSITIVE_INFINITY) : [day];
  const display = new SealProgressDisplay(days);
  const deadlineMs = Number.POSITIVE_INFINITY;
  try {
    for (const day of days) {
      const { runs, isInterrupted } = await repeatRuns<SealSummary>(
        () =>
          sealDay(
            ports,
            { ...settings, day, owner: leaseOwner() },
            { deadlineMs, signal, onProgress: (progress) => display.update(progress) },
          ),
        () => false,
        ports.clock,
        { deadlineMs, signal, onWait: (untilMs, reason) => display.wait(untilMs, reason) },
      );
      const last = runs.at(-1);
      if (last === undefined) break;
      closed.push(isInterrupted ? { ...last, outcome: "interrupted" } : last);
      if (last.manifest === undefined) return { closed, cause: causeOf(last) };
    }
    return { closed, cause: undefined };
  } finally {
    display.stop();
  }
}

async function loadSigner(path: string): Promise<PemManifestSigner> {
  const pem = await readFile(path).catch((cause) => {
    throw new UsageError(`cannot read ${path}: ${cause.message}`, { cause });
  });
  try {
    return new PemManifestSigner(pem);
  } catch (cause) {
    if (!(cause instanceof SigningKeyError)) throw cause;
    throw new UsageError(`cannot use ${path}: ${cause.message}`, { cause });
  }
}

const OUTCOMES: Record<SealSummary["outcome"], string> = {
  sealed: "sealed",
  already_sealed: "was sealed before",
  not_settled: "not settled",
  out_of_time: "out of time",
  throttled: "throttled: Slack asks to be called later",
  interrupted: "interrupted, with everything saved",
  lease_held: "another close is at work",
  lease_lost: "another close has taken over",
  failed: "failed",
};

function describe(closed: readonly SealSummary[], source: string): string {
  if (closed.length === 0) {
    return `Every settled day of "${source}" is sealed.`;
  }
  const count = (value: number | undefined) => (value === undefined ? "-" : formatCount(value));
  const table = renderTable(
    ["day", "outcome", "listed", "archived", "late", "only here", "twice", "manifest"],
    closed.map(({ day, outcome, manifest }) => [
      day,
      manifest && !manifest.isReconciled
        ? `${OUTCOMES[outcome]}, NOT RECONCILED`
        : OUTCOMES[outcome],
      count(manifest?.listed),
      count(manifest?.archived),
      count(manifest?.late),
      count(manifest?.onlyInArchive),
      count(manifest?.twice),
      manifest?.sha256.slice(0, 16) ?? "-",
    ]),
    { isNumeric: [false, false, true, true, true, true, true, false] },
  );
  const { day, reason } = closed.at(-1) ?? {};
  const head = closed.findLast(({ manifest }) => manifest)?.manifest;
  return [
    table,
    ...(reason === undefined ? [] : [`${day} is not settled: ${reason}`]),
    ...(head === undefined ? [] : [`head ${head.sha256} (number ${head.sequence})`]),
  ].join("\n");
}
