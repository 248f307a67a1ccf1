/**
 * `npm run proof:backfill`: a backfill whose process is killed again and again
 * ends with exactly what Slack has.
 *
 * The worker is a process of its own, killed by SIGKILL at moments that a seed
 * decides. It runs the product's plan, engine and client into an archive on
 * disk; only Slack's answers and the waiting are made up.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { formatCount, formatSeconds } from "../cli/output/format.ts";
import { ProgressBar } from "../cli/output/progress-bar.ts";
import { renderStatusLines } from "../cli/output/status-lines.ts";
import { type HistoryFake, historyFake } from "../fake-slack/history-fake.ts";
import { decodeLines } from "../lib/archive/archive-object.ts";
import { parseObjectKey } from "../lib/archive/object-key.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { hourOf } from "../lib/time.ts";
import { SeededRandom } from "../test/simulation/seeded-random.ts";
import { FUNCTION_MEMORY_MB, lambdaFlags } from "./processes.ts";

/** What the worker is told, and what it tells. */
export interface BackfillJob {
  directory: string;
  entries: number;
  days: number;
}
export type BackfillNews = { stored: number } | { ended: string };

const options = new Command("backfill-proof")
  .option("--entries <count>", "entries of the past", toCount, 2_000_000)
  .option("--days <count>", "days that they are spread over", toCount, 400)
  .option("--kills <count>", "how often the process is killed", toCount, 10)
  .option("--seed <number>", "decides when", toCount, 1)
  .option("--json", "print one JSON object, the last line")
  .parse()
  .opts<{ entries: number; days: number; kills: number; seed: number; json?: true }>();

const { entries, days, kills } = options;
const directory = await mkdtemp(join(tmpdir(), "backfill-proof-"));
try {
  const startedMs = performance.now();
  const random = new SeededRandom(options.seed);
  const bar = new ProgressBar();
  let stored = 0;
  for (let kill = 0; kill < kills; kill++) {
    // Up to a twentieth of all between two: the last part runs undisturbed.
    const until = stored + random.integer(1, Math.ceil(entries / 20));
    stored = await work(until, (now) => bar.update(now, entries, [`killed ${kill} times`]));
  }
  stored = await work(undefined, (now) => bar.update(now, entries, [`killed ${kills} times`]));
  bar.stop();
  const found = await compare(directory, historyFake({ entries, days }));
  const seconds = (performance.now() - startedMs) / 1000;
  const isEqual = found.missing === 0 && found.twice === 0 && found.misplaced === 0;
  const summary = { entries, days, kills, ...found, isEqual, seconds };
  console.log(
    options.json
      ? JSON.stringify(summary)
      : renderStatusLines([
          ["entries", `${formatCount(entries)} over ${formatCount(days)} days`],
          ["killed", `${kills} times`],
          ["archived", `${formatCount(found.archived)} in ${formatCount(found.objects)} objects`],
          ["missing", formatCount(found.missing)],
          ["twice", formatCount(found.twice)],
          ["misplaced", formatCount(found.misplaced)],
          ["took", formatSeconds(seconds)],
        ]),
  );
  process.exitCode = isEqual ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

/**
 * Let a worker go on, and kill it once it has stored so much.
 *
 * @returns how much it had stored when it ended
 */
async function work(
  killAt: number | undefined,
  onProgress: (stored: number) => void,
): Promise<number> {
  const worker = fork(new URL("./backfill-worker.ts", import.meta.url), {
    execArgv: lambdaFlags(FUNCTION_MEMORY_MB),
  });
  let stored = 0;
  let ended: string | undefined;
  worker.on("message", (news: BackfillNews) => {
    if ("ended" in news) {
      ended = news.ended;
      return;
    }
    stored = news.stored;
    onProgress(stored);
    if (killAt !== undefined && stored >= killAt) worker.kill("SIGKILL");
  });
  worker.send({ directory, entries, days } satisfies BackfillJob);
  await once(worker, "close");
  if (killAt === undefined && ended !== "caught_up") {
    throw new Error(`the last worker ended with ${ended ?? "nothing to say"}`);
  }
  return stored;
}

/** Every line of the archive against what Slack has: by id, in its hour, the same text. */
async function compare(
  archive: string,
  slack: HistoryFake,
): Promise<Record<"archived" | "objects" | "missing" | "twice" | "misplaced", number>> {
  const seen = new Uint8Array(slack.entries);
  const found = { archived: 0, objects: 0, missing: 0, twice: 0, misplaced: 0 };
  const store = new DirectoryArchiveStore(archive);
  for await (const { key } of store.list("audit_logs/")) {
    const hour = hourOf(parseObjectKey(key)?.minDateCreate ?? 0);
    found.objects += 1;
    for (const line of await decodeLines(key, await store.get(key))) {
      const text = Buffer.from(line).toString();
      const index = slack.indexOf(JSON.parse(text).id);
      found.archived += 1;
      if (text !== slack.textOf(index) || hourOf(slack.secondOf(index)) !== hour) {
        found.misplaced += 1;
      }
      found.twice += seen[index] === 1 ? 1 : 0;
      seen[index] = 1;
    }
  }
  found.missing = seen.reduce((missing, isSeen) => missing + (1 - isSeen), 0);
  return found;
}

function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return Number(text);
}
