import { type Command, Option } from "commander";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { EnvironmentTokenProvider } from "../../lib/local/environment-token-provider.ts";
import { PemManifestSigner } from "../../lib/local/pem-manifest-signer.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../../lib/run/background-pacer.ts";
import { daysToSeal, whyNoneIsSealed } from "../../lib/seal/days-to-seal.ts";
import { isBeforeArchive } from "../../lib/seal/settled.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { addFormerOption } from "../deprecation.ts";
import { noteTrouble, reportError, toErrorLine, UsageError } from "../errors.ts";
import { EXIT_CODES_HELP, EXIT_OF_SEAL } from "../exit-codes.ts";
import { addArchiveOption, checkReadable, checkWritable } from "../options/archive.ts";
import { readKeyFile } from "../options/key-file.ts";
import { addSourceOption, checkSource } from "../options/source.ts";
import { DURATION_HELP, parseDay, parseSeconds } from "../options/time.ts";
import { toJsonLine } from "../output/controls.ts";
import { SealProgressDisplay } from "../output/seal-progress.ts";
import { describeLost, describeSealed } from "../output/seal-summary.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";
import { sealDays } from "../run/seal-days.ts";
import { SlackCalls } from "../run/slack-calls.ts";

/** Slack's own limit. */
const PAGE_LIMIT = 9999;

interface SealOptions {
  archive: string;
  source: string;
  day?: string;
  again?: true;
  apiBase?: string;
  sealDelay: number;
  allowedLateness: number;
  signKey?: string;
  json?: true;
}

export function defineSealCommand(command: Command): void {
  addSourceOption(addArchiveOption(command))
    .description(
      [
        "List a settled day once more, store what is missing, and write the day's manifest: every object with its hash, the counts of both sides, and the hash of the manifest before it. Interrupt it whenever you like and run the same command again to continue. The token is read from the environment variable SLACK_AUDIT_TOKEN.",
        "docs/operate/integrity.md explains what a sealed day proves.",
      ].join("\n\n"),
    )
    .option("--day <day>", "only this day, YYYY-MM-DD (default: all that are due)", parseDay)
    .option("--again", "with --day: compare and seal a sealed day again")
    .option("--api-base <url>", "Audit Logs API to use instead of Slack's; http on loopback only")
    .addOption(
      new Option("--seal-delay <duration>", "minimum age of a day before it is sealed")
        .argParser(parseSeconds)
        .default(7200, "2h"),
    )
    .addOption(
      new Option("--allowed-lateness <duration>", "the same value as for ingest")
        .argParser(parseSeconds)
        .default(900, "15m"),
    )
    .option("--sign-key <file>", "sign the manifests with this private key; PEM, P-256")
    .option("--json", "print one JSON object as the last line")
    .addHelpText(
      "after",
      `${DURATION_HELP}

Examples:
  export SLACK_AUDIT_TOKEN=xoxp-...
  audit-lake seal
  audit-lake seal --archive /srv/audit --source acme --day 2026-05-01
  openssl ecparam -genkey -name prime256v1 -noout -out signing-key.pem
  audit-lake seal --sign-key signing-key.pem
${EXIT_CODES_HELP}`,
    )
    .action(async (options: SealOptions) => {
      process.exitCode = await seal(options);
    });
  addFormerOption<number>(
    command,
    new Option("--close-delay <duration>").argParser(parseSeconds),
    (value) => ({ use: "--seal-delay", attribute: "sealDelay", value }),
  );
}

async function seal(options: SealOptions): Promise<number> {
  const { archive: directory, source, day, again, json } = options;
  if (again && day === undefined) {
    throw new UsageError("--again needs --day: name the sealed day that is to be compared again");
  }
  const tokens = new EnvironmentTokenProvider();
  await tokens.get();
  let display: SealProgressDisplay | undefined;
  const { slack } = new SlackCalls({
    tokens,
    clock: systemClock,
    backgroundCallsPerMinute: BACKGROUND_CALLS_PER_MINUTE,
    apiBase: options.apiBase,
    onTrouble: (failure) => {
      display?.stop();
      noteTrouble(failure);
    },
  });
  const signer =
    options.signKey === undefined
      ? undefined
      : await readKeyFile(options.signKey, (pem) => new PemManifestSigner(pem));
  await checkReadable(directory);
  await checkSource(directory, source);
  await checkWritable(directory);
  const checkpoints = new SqliteCheckpointStore(directory);
  try {
    const archive = new DirectoryArchiveStore(directory);
    const ports = { slack, archive, checkpoints, clock: systemClock, signer };
    const settings = {
      source,
      again,
      pageLimit: PAGE_LIMIT,
      sealDelaySeconds: options.sealDelay,
      allowedLatenessSeconds: options.allowedLateness,
    };
    const days =
      day === undefined ? await daysToSeal(ports, settings, Number.POSITIVE_INFINITY) : [day];
    const whyNone = days.length === 0 ? await whyNoneIsSealed(ports, settings) : undefined;
    if (whyNone !== undefined) {
      console.log(
        json
          ? toJsonLine({ source, days: [], reason: whyNone })
          : `No day of "${source}" can be sealed yet: ${whyNone}`,
      );
      return EXIT_OF_SEAL.not_settled;
    }
    const progress = new SealProgressDisplay(days);
    display = progress;
    const signal = abortOnInterrupt("Stopping with everything saved");
    const { summaries, cause } = await sealDays(ports, settings, days, signal, {
      onProgress: (reached) => progress.update(reached),
      onWait: (untilMs, reason) => progress.wait(untilMs, reason),
    }).finally(() => progress.stop());
    if (cause !== undefined) reportError(cause);
    for (const { lostManifest } of summaries) {
      if (lostManifest !== undefined) process.stderr.write(toErrorLine(describeLost(lostManifest)));
    }
    const last = summaries.at(-1);
    if (
      last?.outcome === "not_settled" &&
      isBeforeArchive(last.day, await checkpoints.writers(source))
    ) {
      throw new UsageError(`${last.day} cannot be sealed: ${last.reason}`);
    }
    console.log(json ? toJsonLine({ source, days: summaries }) : describeSealed(summaries, source));
    const isAnyFailed = summaries.some(({ outcome }) => outcome === "failed");
    return EXIT_OF_SEAL[isAnyFailed ? "failed" : (summaries.at(-1)?.outcome ?? "sealed")];
  } finally {
    checkpoints.close();
  }
}
