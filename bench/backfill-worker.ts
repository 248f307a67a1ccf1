/** The process that `backfill-proof.ts` kills: plans what is left, and works on two spans at once. */
import { randomUUID } from "node:crypto";
import { historyFake } from "../fake-slack/history-fake.ts";
import { liveWriter } from "../lib/archive/writer.ts";
import { backfillSpan } from "../lib/backfill/backfill-span.ts";
import { beginBackfill, planBackfill } from "../lib/backfill/plan.ts";
import { backfillProgress } from "../lib/backfill/progress.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../lib/local/sqlite-checkpoint-store.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../lib/run/background-pacer.ts";
import { createSlackSource } from "../lib/run/slack-source.ts";
import type { BackfillJob, BackfillNews } from "./backfill-proof.ts";

const SOURCE = "proof";
const TOKEN = "xoxp-proof";
const CONCURRENCY = 2;

process.once("message", async ({ directory, entries, days }: BackfillJob) => {
  const tell = (news: BackfillNews) => process.send?.(news);
  const past = historyFake({ entries, days });
  // Waiting is passing time.
  let offsetMs = 0;
  const clock = {
    nowMs: () => Date.now() + offsetMs,
    sleep: async (ms: number) => {
      offsetMs += ms;
    },
  };
  const checkpoints = new SqliteCheckpointStore(directory);
  const ports = {
    clock,
    checkpoints,
    archive: new DirectoryArchiveStore(directory),
    slack: createSlackSource({
      tokens: { get: async () => TOKEN, refresh: async () => TOKEN },
      clock,
      fetch: past.fetch,
      backgroundCallsPerMinute: BACKGROUND_CALLS_PER_MINUTE,
    }),
  };
  await beginLive();
  const { spans } = await planBackfill(ports, { source: SOURCE, from: past.from });
  await beginBackfill(ports, SOURCE, spans, randomUUID());
  const outcomes = new Set<string>();
  const queue = spans[Symbol.iterator]();
  const work = async () => {
    for (const span of queue) {
      const { outcome, error } = await backfillSpan(
        ports,
        { source: SOURCE, span, owner: randomUUID(), pageLimit: 9999 },
        { deadlineMs: Number.POSITIVE_INFINITY, onProgress: tellProgress },
      );
      outcomes.add(error?.message ?? outcome);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  tell({ ended: outcomes.size === 1 ? [...outcomes].join() : [...outcomes].sort().join(" and ") });
  checkpoints.close();
  process.disconnect();

  /** The live runs began where the past ends. */
  async function beginLive(): Promise<void> {
    const lease = { owner: randomUUID(), expiresAt: clock.nowMs() + 60_000 };
    const writer = liveWriter(SOURCE);
    const acquired = await checkpoints.acquire(writer, lease, clock.nowMs());
    if (acquired.held && acquired.checkpoint === undefined) {
      const checkpoint = { start: past.until, watermark: past.until, entriesPerSecond: 0 };
      await checkpoints.save(writer, lease, checkpoint, clock.nowMs());
    }
    await checkpoints.release(writer, lease.owner, clock.nowMs());
  }

  function tellProgress(): void {
    void checkpoints.writers(SOURCE).then((writers) => {
      tell({ stored: backfillProgress(writers, clock.nowMs())?.entries ?? 0 });
    });
  }
});
