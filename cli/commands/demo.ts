import { type Command, InvalidArgumentError } from "commander";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { reportError } from "../errors.ts";
import { EXIT, EXIT_OF_OUTCOME } from "../exit-codes.ts";
import { checkWritable } from "../options/archive.ts";
import { outlineArchive } from "../output/archive-outline.ts";
import { formatTime } from "../output/format.ts";
import { ProgressDisplay } from "../output/ingest-progress.ts";
import { describeSummary } from "../output/ingest-summary.ts";
import { toTable } from "../output/query-result.ts";
import { ingestUntilCaughtUp } from "../run/ingest-until-caught-up.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";

const SOURCE = "demo";
const QUERIES = ["logins", "downloads-by-volume", "anomalies-by-reason"];
const ROWS_SHOWN = 8;
/** Where there is no terminal to say how wide it is. */
const TABLE_WIDTH = 120;

/** What `npm start` runs: the real engine, archive and SQL; only Slack is a fake, on loopback. */
export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .summary("try it all on a made-up organization (npm start)")
    .description(
      "Fill an archive with the last days of a made-up organization, from a fake Slack on this machine, and ask it three questions. Run again, it goes on from where it ended. It needs no token and uses none.",
    )
    .option("--archive <dir>", "directory of the archive", "archive/demo")
    .option("--days <n>", "how far back the first run goes, 1 to 365", parseDays, 7)
    .addHelpText(
      "after",
      `
Examples:
  npm start
  audit-lake demo --archive /tmp/demo`,
    )
    .action(async ({ archive, days }: { archive: string; days: number }) => {
      process.exitCode = await demonstrate(archive, days);
    });
}

/** @returns the exit code */
async function demonstrate(directory: string, days: number): Promise<number> {
  console.log("A made-up organization, from a fake Slack on this machine. Nothing leaves it.");
  if (process.env.SLACK_AUDIT_TOKEN) {
    console.log("SLACK_AUDIT_TOKEN is not used here; for your own logs: npx audit-lake ingest");
  }
  const signal = abortOnInterrupt("Ending with everything saved");
  const exitCode = await fill(directory, days, signal);
  if (exitCode !== EXIT.done) return exitCode;
  const store = new DirectoryArchiveStore(directory);
  console.log(`\n${await outlineArchive(store, directory, SOURCE)}`);
  await ask(directory, signal);
  console.log(`
Next:
  npm start                                       go on from where this ended
  npx audit-lake query --list                     more questions
  npx audit-lake query --archive ${directory} "SELECT action, count(*) AS n FROM audit_logs GROUP BY action ORDER BY n DESC LIMIT 10"
  npx audit-lake status --archive ${directory}
  npx audit-lake cat --archive ${directory} | head -n 1
  npx audit-lake ingest --help                    your own organization`);
  return EXIT.done;
}

async function fill(directory: string, days: number, signal: AbortSignal): Promise<number> {
  // Loaded here: the fake is no part of the product.
  const { FAKE_TOKEN, startFakeSlack } = await import("../../fake-slack/fake-slack.ts");
  const { Organization } = await import("../../fake-slack/organization.ts");
  await checkWritable(directory);
  const checkpoints = new SqliteCheckpointStore(directory);
  const slack = await startFakeSlack({ organization: new Organization() });
  const display = new ProgressDisplay();
  try {
    const before = (await checkpoints.read(SOURCE))?.checkpoint;
    if (before) console.log(`Going on from ${formatTime(before.watermark)}.`);
    // It takes long to load, and other commands do without.
    const { createSlackSource } = await import("../../lib/run/slack-source.ts");
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
        firstStart: Math.floor(systemClock.nowMs() / 1000) - days * SECONDS_PER_DAY,
        // The fake shows each entry at once, so that the next run soon has some.
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

async function ask(directory: string, signal: AbortSignal): Promise<void> {
  const { openLake } = await import("../../lib/local/lake-database.ts");
  const lake = await openLake(directory);
  try {
    for (const name of QUERIES) {
      const query = SAVED_QUERIES.get(name);
      if (query === undefined) throw new Error(`there is no saved query ${name}`);
      const result = await lake.query(query.sql(), signal);
      console.log(
        `\n${query.title}: ${query.question}\n$ npx audit-lake query ${name} --archive ${directory}`,
      );
      console.log(toTable(result, ROWS_SHOWN, process.stdout.columns ?? TABLE_WIDTH));
    }
  } finally {
    lake.close();
  }
}

function parseDays(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > 365) throw new InvalidArgumentError("Give a whole number from 1 to 365.");
  return days;
}
