import { liveLane, spanLane, spanOfLane } from "../archive/lane.ts";
import type { ArchiveStore, CheckpointStore, Clock, LaneStatus } from "../ports.ts";
import { LeaseGuard } from "../run/lease.ts";
import { sealedDays, sealingDay } from "../seal/sealed-days.ts";
import { overlaps, SECONDS_PER_DAY, startOfDay, type TimeRange, toIsoSeconds } from "../time.ts";

/** Slack has no audit logs from before March 2018. */
export const FIRST_SECOND = Date.UTC(2018, 2, 1) / 1000;

/** Time enough to write an item. */
const PLAN_MS = 60_000;

export interface BackfillPorts {
  archive: ArchiveStore;
  checkpoints: CheckpointStore;
  clock: Clock;
}

export interface PlanSettings {
  source: string;
  /** Epoch seconds, included. */
  from: number;
  /** Epoch seconds, excluded; absent: up to where the live runs began. */
  until?: number | undefined;
}

/** The past cannot be taken in as asked. */
export class BackfillPlanError extends Error {
  override readonly name = "BackfillPlanError";
  readonly code = "backfill_plan";
}

export interface BackfillPlan {
  /** Not finished, oldest first, each of at most a calendar month; none when all is archived. */
  spans: TimeRange[];
  /** What is left of them. */
  left: TimeRange[];
}

/**
 * Plan a backfill: spans with a lane of their own, that touch nothing that
 * another writer has or had: not the live runs' time, not the spans of earlier
 * plans, not days that are sealed or being closed. What earlier plans left
 * unfinished of the asked time is part of it. Reads only.
 *
 * @throws {BackfillPlanError} when what is asked cannot be planned
 */
export async function planBackfill(
  { archive, checkpoints }: Pick<BackfillPorts, "archive" | "checkpoints">,
  settings: PlanSettings,
): Promise<BackfillPlan> {
  const { source } = settings;
  const lanes = await checkpoints.lanes(source);
  const asked = checkAsked(settings, lanes);
  const closing = sealingDay(source, lanes);
  const days = new Set([...(await sealedDays(archive, source)), ...(closing ? [closing] : [])]);
  const planned = spansOf(lanes);
  const fresh = subtract(asked, [
    ...planned.map(({ span }) => span),
    ...[...days].map((day) => ({
      from: startOfDay(day),
      until: startOfDay(day) + SECONDS_PER_DAY,
    })),
  ]).flatMap(cutAtMonths);
  const unfinished = planned.filter(
    ({ span, watermark }) => watermark < span.until && overlaps(span, asked),
  );
  const parts = [...fresh.map((span) => ({ span, watermark: span.from })), ...unfinished].sort(
    (a, b) => a.span.from - b.span.from,
  );
  return {
    spans: parts.map(({ span }) => span),
    left: parts.map(({ span, watermark }) => ({ from: watermark, until: span.until })),
  };
}

/**
 * Give every span its checkpoint, so that `status` knows the whole plan, and
 * no day of it is closed before its span has come past it. A span that has one
 * keeps it.
 *
 * @param owner - of the lease on each item while it is made
 */
export async function beginBackfill(
  ports: Pick<BackfillPorts, "checkpoints" | "clock">,
  source: string,
  spans: readonly TimeRange[],
  owner: string,
): Promise<void> {
  for (const span of spans) {
    await createLane(ports, spanLane(source, span), span.from, owner);
  }
}

/** The backfills of a source and how far each has come. */
export function spansOf(
  lanes: readonly LaneStatus[],
): { span: TimeRange; watermark: number; status: LaneStatus }[] {
  return lanes.flatMap((status) => {
    const span = spanOfLane(status.lane);
    const watermark = status.checkpoint?.watermark ?? span?.from ?? 0;
    return span === undefined ? [] : [{ span, watermark, status }];
  });
}

function checkAsked(
  { source, from, until }: PlanSettings,
  lanes: readonly LaneStatus[],
): TimeRange {
  const live = lanes.find(({ lane }) => lane === liveLane(source))?.checkpoint;
  if (live === undefined) {
    throw new BackfillPlanError(
      `no run has taken anything in for "${source}" yet: start the live runs first, so that a backfill knows where they begin`,
    );
  }
  if (from < FIRST_SECOND) {
    throw new BackfillPlanError(
      "Slack has no audit logs from before 2018-03-01: begin there or later",
    );
  }
  const end = Math.min(until ?? live.start, live.start);
  if (from >= end) {
    throw new BackfillPlanError(
      `there is nothing to bring in: the live runs began at ${toIsoSeconds(live.start)}, and a backfill ends there or before`,
    );
  }
  return { from, until: end };
}

async function createLane(
  { checkpoints, clock }: Pick<BackfillPorts, "checkpoints" | "clock">,
  lane: string,
  start: number,
  owner: string,
): Promise<void> {
  const lease = new LeaseGuard(lane, owner, clock.nowMs() + PLAN_MS, clock);
  const acquired = await checkpoints.acquire(lane, lease.current, clock.nowMs());
  if (acquired.held) {
    if (acquired.checkpoint === undefined) {
      const checkpoint = { start, watermark: start, entriesPerSecond: 0 };
      await checkpoints.save(lane, lease.current, checkpoint, clock.nowMs());
    }
    await checkpoints.release(lane, owner, clock.nowMs());
  }
}

/** What is left of a span, in parts that do not touch `taken`. */
function subtract(span: TimeRange, taken: readonly TimeRange[]): TimeRange[] {
  const left: TimeRange[] = [];
  let from = span.from;
  for (const other of taken.toSorted((a, b) => a.from - b.from)) {
    if (other.from > from && from < span.until) {
      left.push({ from, until: Math.min(other.from, span.until) });
    }
    from = Math.max(from, other.until);
  }
  if (from < span.until) {
    left.push({ from, until: span.until });
  }
  return left;
}

/** Calendar months, UTC. */
function cutAtMonths({ from, until }: TimeRange): TimeRange[] {
  const parts: TimeRange[] = [];
  for (let start = from; start < until; ) {
    const date = new Date(start * 1000);
    const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / 1000;
    const end = Math.min(next, until);
    parts.push({ from: start, until: end });
    start = end;
  }
  return parts;
}
