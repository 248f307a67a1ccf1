/**
 * Seals a day in a process of its own: prints what it did and what the process
 * used. The job is JSON in the environment variable JOB.
 */

import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../lib/local/sqlite-checkpoint-store.ts";
import { createSlackSource } from "../lib/run/slack-source.ts";
import { sealDay } from "../lib/seal/seal-day.ts";
import { systemClock } from "../lib/slack/clock.ts";
import { dayOf, nowSeconds, SECONDS_PER_DAY } from "../lib/time.ts";
import type { SealJob, SealUse } from "./job.ts";
import { processUse } from "./processes.ts";

const job: SealJob = JSON.parse(process.env.JOB ?? "{}");
const { source, from, directory } = job;
const token = async () => job.token;
const owner = `bench-${process.pid}`;

const checkpoints = new SqliteCheckpointStore(directory);
const now = systemClock.nowMs();
const watermark = nowSeconds(systemClock);
const lease = { owner, expiresAt: now + 60_000 };
// Live runs have passed the day, and nothing is known of its density.
await checkpoints.acquire(source, lease, now);
await checkpoints.save(
  source,
  lease,
  { start: from - SECONDS_PER_DAY, watermark, lateScannedAt: watermark, entriesPerSecond: 0 },
  now,
);
await checkpoints.release(source, owner, now);

const startedAtMs = performance.now();
const summary = await sealDay(
  {
    slack: createSlackSource({
      tokens: { get: token, refresh: token },
      baseUrl: job.baseUrl,
      clock: systemClock,
    }),
    archive: new DirectoryArchiveStore(directory),
    checkpoints,
    clock: systemClock,
  },
  {
    ...{ source, owner, day: dayOf(from) },
    sealDelaySeconds: 7200,
    allowedLatenessSeconds: 900,
    pageLimit: 9999,
  },
  { deadlineMs: Number.POSITIVE_INFINITY },
);
checkpoints.close();
const use: SealUse = {
  summary,
  wallSeconds: (performance.now() - startedAtMs) / 1000,
  ...processUse(),
};
console.log(JSON.stringify(use));
