import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { historyFake } from "../fake-slack/history-fake.ts";
import { liveWriter } from "../lib/archive/writer.ts";
import { backfillSpan } from "../lib/backfill/backfill-span.ts";
import { beginBackfill, planBackfill } from "../lib/backfill/plan.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../lib/local/sqlite-checkpoint-store.ts";
import { BACKGROUND_CALLS_PER_MINUTE, BURST_CALLS } from "../lib/run/background-pacer.ts";
import { createSlackSource } from "../lib/run/slack-source.ts";

const SOURCE = "bench";
const ENTRIES = 200_000;
const DAYS = 60;
/** Small, so that there are hundreds of pages. */
const PAGE_LIMIT = 999;
/** Of each call. */
const LATENCY_MS = 800;

export interface BackfillShare {
  calls: number;
  allowedCalls: number;
}

/**
 * A backfill by a clock that waiting moves on, one span after the other: how many of the calls that
 * it may make it makes.
 */
export async function measureBackfillShare(): Promise<BackfillShare> {
  const past = historyFake({ entries: ENTRIES, days: DAYS });
  const startedMs = Date.now();
  let nowMs = startedMs;
  let calls = 0;
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const fetch: typeof past.fetch = async (...request) => {
    calls += 1;
    nowMs += LATENCY_MS;
    return past.fetch(...request);
  };
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-backfill-"));
  const checkpoints = new SqliteCheckpointStore(directory);
  try {
    const ports = {
      clock,
      checkpoints,
      archive: new DirectoryArchiveStore(directory),
      slack: createSlackSource({
        tokens: { get: async () => "xoxp-bench", refresh: async () => "xoxp-bench" },
        clock,
        fetch,
        backgroundCallsPerMinute: BACKGROUND_CALLS_PER_MINUTE,
      }),
    };
    const lease = { owner: randomUUID(), expiresAt: nowMs + 60_000 };
    const live = { start: past.until, watermark: past.until, entriesPerSecond: 0 };
    await checkpoints.acquire(liveWriter(SOURCE), lease, nowMs);
    await checkpoints.save(liveWriter(SOURCE), lease, live, nowMs);
    await checkpoints.release(liveWriter(SOURCE), lease.owner, nowMs);
    const { spans } = await planBackfill(ports, { source: SOURCE, from: past.from });
    await beginBackfill(ports, SOURCE, spans, randomUUID());
    for (const span of spans) {
      const { outcome } = await backfillSpan(
        ports,
        { source: SOURCE, span, owner: randomUUID(), pageLimit: PAGE_LIMIT },
        { deadlineMs: Number.POSITIVE_INFINITY },
      );
      if (outcome !== "caught_up") throw new Error(`the backfill ended with ${outcome}`);
    }
    const minutes = (nowMs - startedMs) / 60_000;
    return { calls, allowedCalls: BURST_CALLS + minutes * BACKGROUND_CALLS_PER_MINUTE };
  } finally {
    checkpoints.close();
    await rm(directory, { recursive: true });
  }
}
