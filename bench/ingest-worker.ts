/**
 * One whole run into a directory, in a process of its own: prints what it did
 * and what the process used. The job is JSON in the environment variable JOB.
 */

import { ingest } from "../lib/ingest/ingest.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../lib/local/sqlite-checkpoint-store.ts";
import { createSlackSource } from "../lib/run/slack-source.ts";
import { systemClock } from "../lib/slack/clock.ts";
import type { IngestJob, IngestUse } from "./job.ts";
import { processUse } from "./processes.ts";

const job: IngestJob = JSON.parse(process.env.JOB ?? "{}");
const token = async () => job.token;

const checkpoints = new SqliteCheckpointStore(job.directory);
const startedAtMs = performance.now();
const summary = await ingest(
  {
    slack: createSlackSource({
      tokens: { get: token, refresh: token },
      baseUrl: job.baseUrl,
      clock: systemClock,
    }),
    archive: new DirectoryArchiveStore(job.directory),
    checkpoints,
    clock: systemClock,
  },
  {
    source: "bench",
    owner: `bench-${process.pid}`,
    firstStart: job.from,
    until: job.until,
    settleDelaySeconds: 60,
    allowedLatenessSeconds: 0,
    pageLimit: 9999,
  },
  { deadlineMs: Date.now() + job.timeLimitMs },
);
checkpoints.close();
const use: IngestUse = {
  summary,
  wallSeconds: (performance.now() - startedAtMs) / 1000,
  ...processUse(),
};
console.log(JSON.stringify(use));
