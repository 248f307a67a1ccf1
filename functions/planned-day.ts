/**
 * Which day is next, in the state machines that work through days:
 * `infra/constructs/planned-days.ts`. An execution comes past each day once,
 * oldest first, also past those that fail; it ends by itself when its time or
 * its history is used up, or when it is not the days that fail. What it leaves
 * is in the plan of the next.
 */
import * as z from "zod";

/** An execution's history ends at 25,000 events: some twenty a day, and nine more each time one waits. */
const PLANNED_DAYS_MAX = 500;

/** Days that failed after which whatever is wrong is not theirs. */
const FAILED_DAYS_MAX = 3;

/** As the states language tells of an error. */
const FAILURE = z.object({ Error: z.string(), Cause: z.string().optional() });

/** What the plan before this one said, and how its day ended. */
const PROGRESS = z.object({
  last: z.string().default(""),
  planned: z.number().int().default(0),
  failures: z.number().int().default(0),
  failure: FAILURE.optional(),
  /** Of this plan's day: the state machine adds it. */
  caught: FAILURE.optional(),
});

export const PLAN_EVENT = z.object({
  op: z.literal("plan"),
  /** When the execution began. */
  startedAt: z.iso.datetime().optional(),
  before: PROGRESS.prefault({}),
});

export interface Plan {
  /** UTC, `YYYY-MM-DD`; absent when there is nothing left for this execution. */
  day?: string;
  /** The newest day that was planned, so that none is planned again; empty before the first. */
  last: string;
  /** Days planned so far. */
  planned: number;
  /** Of which failed. */
  failures: number;
  /** How the newest of those failed. */
  failure?: z.output<typeof FAILURE>;
}

/**
 * @param due - days to work on, UTC, `YYYY-MM-DD`, ascending
 * @param hoursMax - after the start of the execution, no day is begun
 * @param nowMs - epoch milliseconds
 */
export function planNextDay(
  due: readonly string[],
  { startedAt, before }: z.output<typeof PLAN_EVENT>,
  { hoursMax, nowMs }: { hoursMax: number; nowMs: number },
): Plan {
  const failures = before.failures + (before.caught === undefined ? 0 : 1);
  const failure = before.caught ?? before.failure;
  const elapsedMs = startedAt === undefined ? 0 : nowMs - Date.parse(startedAt);
  const mayGoOn =
    elapsedMs < hoursMax * 3_600_000 &&
    before.planned < PLANNED_DAYS_MAX &&
    failures < FAILED_DAYS_MAX;
  const day = mayGoOn ? due.find((day) => day > before.last) : undefined;
  return {
    ...(day === undefined ? {} : { day }),
    last: day ?? before.last,
    planned: before.planned + (day === undefined ? 0 : 1),
    failures,
    ...(failure === undefined ? {} : { failure }),
  };
}
