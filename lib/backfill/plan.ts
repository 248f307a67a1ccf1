import { sealedDays } from "../archive/sealed-day.ts";
import { backfillWriter, liveWriter, spanOfWriter } from "../archive/writer.ts";
import type { ArchiveStore, CheckpointStore, Clock, WriterStatus } from "../ports.ts";
import { SourceBusyError, withLease } from "../run/lease.ts";
import { overlaps, rangeOfDay, type TimeRange, toIsoSeconds } from "../time.ts";

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

/** A backfill cannot be planned as asked. */
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
 * Plan a backfill: spans with a writer of their own, that touch nothing that
 * another writer has or had: not the live runs' time, not the spans of earlier
 * plans, not days that are sealed. What earlier plans left
 * unfinished of the asked time is part of it. Reads only.
 *
 * @throws {BackfillPlanError} when what is asked cannot be planned
 */
export async function planBackfill(
  { archive, checkpoints }: Pick<BackfillPorts, "archive" | "checkpoints">,
  settings: PlanSettings,
): Promise<BackfillPlan> {
  const { source } = settings;
  const writers = await checkpoints.writers(source);
  const asked = checkAsked(settings, writers);
  const days = await sealedDays(archive, source);
  const planned = spansOf(writers);
  const fresh = subtract(asked, [
    ...planned.map(({ span }) => span),
    ...days.map(rangeOfDay),
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
 * no day of it is sealed before its span has come past it. A span that has one
 * keeps it. Meanwhile the span is claimed: what was planned is checked again
 * where nobody else can plan or seal.
 *
 * @param owner - of the lease on each span while its checkpoint is made
 * @throws {BackfillPlanError} when another plan has some of the time by now
 * @throws {SourceBusyError} while another writer, such as a seal, has some of it
 */
export async function beginBackfill(
  ports: Pick<BackfillPorts, "checkpoints" | "clock">,
  source: string,
  spans: readonly TimeRange[],
  owner: string,
): Promise<void> {
  for (const span of spans) {
    await createCheckpoint(ports, source, span, owner);
  }
}

/**
 * The backfills of a source and how far each has come. One without a checkpoint was
 * never begun; one that is cancelled ends where it has come to.
 */
export function spansOf(
  writers: readonly WriterStatus[],
): { span: TimeRange; watermark: number; status: WriterStatus }[] {
  return writers.flatMap((status) => {
    const planned = spanOfWriter(status.writer);
    const { watermark, cancelled } = status.checkpoint ?? {};
    if (planned === undefined || watermark === undefined) return [];
    const span = cancelled ? { ...planned, until: Math.min(watermark, planned.until) } : planned;
    return span.from < span.until ? [{ span, watermark, status }] : [];
  });
}

function checkAsked(
  { source, from, until }: PlanSettings,
  writers: readonly WriterStatus[],
): TimeRange {
  const live = writers.find(({ writer }) => writer === liveWriter(source))?.checkpoint;
  if (live === undefined) {
    throw new BackfillPlanError(
      `"${source}" has no completed run; run ingest first, so that a backfill knows where the live runs begin`,
    );
  }
  if (from < FIRST_SECOND) {
    throw new BackfillPlanError(
      "Slack has no audit logs before 2018-03-01; use that day or a later one",
    );
  }
  const end = Math.min(until ?? live.start, live.start);
  if (from >= end) {
    throw new BackfillPlanError(
      `nothing to backfill: the live runs began at ${toIsoSeconds(live.start)}, and a backfill covers the time before`,
    );
  }
  return { from, until: end };
}

async function createCheckpoint(
  ports: Pick<BackfillPorts, "checkpoints" | "clock">,
  source: string,
  span: TimeRange,
  owner: string,
): Promise<void> {
  const writer = backfillWriter(source, span);
  const deadlineMs = ports.clock.nowMs() + PLAN_MS;
  const created = await withLease(
    ports,
    { source, writer, owner, deadlineMs, rangesFor: () => [span] },
    async (lease, checkpoint) => {
      if (checkpoint !== undefined && !checkpoint.cancelled) return;
      const others = spansOf(await ports.checkpoints.writers(source));
      const other = others.find(
        ({ span: planned, status }) => status.writer !== writer && overlaps(planned, span),
      );
      if (other !== undefined) throw changedPlan(span, other.status.writer);
      await lease.save({ start: span.from, watermark: span.from, entriesPerSecond: 0 });
    },
  );
  // Where the span's own lease is held, it has a checkpoint, and is worked on.
  if (!created.held && "writer" in created.heldBy) {
    throw new SourceBusyError(
      `${created.heldBy.writer} is writing to ${nameOf(span)}; run backfill again when it has ended`,
    );
  }
}

function changedPlan(span: TimeRange, writer: string): BackfillPlanError {
  return new BackfillPlanError(
    `${nameOf(span)} has been taken by ${writer} since the backfill was planned; run backfill again`,
  );
}

function nameOf({ from, until }: TimeRange): string {
  return `${toIsoSeconds(from)} to ${toIsoSeconds(until)}`;
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
