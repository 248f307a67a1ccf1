import { expect, it } from "vitest";
import { describeBackfillResult } from "../../../cli/output/backfill-status.ts";
import { backfillSpans } from "../../../cli/run/backfill-spans.ts";
import { beginBackfill, planBackfill } from "../../../lib/backfill/plan.ts";
import { backfillProgress } from "../../../lib/backfill/progress.ts";
import { startOfDay } from "../../../lib/time.ts";
import { MemoryArchiveStore } from "../../fakes/memory-archive-store.ts";
import { MemoryCheckpointStore } from "../../fakes/memory-checkpoint-store.ts";
import { VirtualClock } from "../../fakes/virtual-clock.ts";
import { beginsAt, ScriptedListing } from "../../run/scripted-listing.ts";

const LIVE_START = startOfDay("2026-03-02");
const FIRST = startOfDay("2026-01-20") + 7 * 3600;
const TIMES = Array.from({ length: 100 }, (_, i) => FIRST + 60 + i * 30_000);

const QUIET = { onProgress: () => {}, onWait: () => {}, onFailure: () => {} };

it("passes over what was before the organization had audit logs, and says from when it has them", async () => {
  const slack = new ScriptedListing({ times: TIMES, fail: beginsAt(FIRST) });
  const clock = new VirtualClock((LIVE_START + 3600) * 1000);
  const ports = {
    slack,
    clock,
    archive: new MemoryArchiveStore(),
    checkpoints: new MemoryCheckpointStore(),
  };
  const live = { start: LIVE_START, watermark: LIVE_START, entriesPerSecond: 0 };
  ports.checkpoints.items.set("acme", { checkpoint: live, lease: undefined, updatedAt: 0 });
  const from = startOfDay("2025-10-01");
  const { spans } = await planBackfill(ports, { source: "acme", from });
  await beginBackfill(ports, "acme", spans, "me");

  const { signal } = new AbortController();
  const result = await backfillSpans(ports, "acme", spans, signal, QUIET);

  expect(result).toEqual({ outcome: "caught_up", entries: 100, refusedUntil: FIRST });
  const progress = backfillProgress(await ports.checkpoints.writers("acme"), clock.nowMs());
  expect(progress).toMatchObject({ spansDone: spans.length, minutesLeft: 0 });
  expect(describeBackfillResult(result, progress)).toMatch(
    /^ +Slack has no entries before 2026-01-20 07:00:00Z$/m,
  );
  expect((await planBackfill(ports, { source: "acme", from })).spans).toEqual([]);
});
