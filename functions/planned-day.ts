/**
 * Which day is next, in the state machines that work through days:
 * `infra/constructs/planned-days.ts`. An execution comes past each day once,
 * oldest first, also past those that fail; it ends by itself when its time or
 * its history is used up, or when it is not the days that fail. What it leaves
 * is in the plan of the next.
 */
import * as z from "zod";
import { type JobStep, nextStep } from "./job-step.ts";

/**
 * An execution's history ends at 25,000 events: fourteen a day and job, nine more each
 * time one waits, which is a minute at least. Three jobs of so many days have 12,600;
 * nothing but waits in the 22 hours that they go on has 11,880: both together fit.
 */
const PLANNED_DAYS_MAX = 300;

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

/** When the execution began that asks for a run; absent in a call by hand. */
export const STARTED_AT = z.iso.datetime().optional();

export const PLAN_EVENT = z.object({
  op: z.literal("plan"),
  startedAt: STARTED_AT,
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

/**
 * The step after a run of a day, in an execution that has other work to do: a day that
 * would go on for too long is left as it is, to the plan of the next execution.
 *
 * @param hoursMax - after the start of the execution, the day's last run begins
 * @param nowMs - epoch milliseconds
 */
export function stepInTime(
  step: JobStep,
  startedAt: z.output<typeof STARTED_AT>,
  { hoursMax, nowMs }: { hoursMax: number; nowMs: number },
): JobStep {
  if (step.next === "done" || startedAt === undefined) return step;
  const resumesMs = step.next === "wait" ? Date.parse(step.resumeAt) : nowMs;
  const endsMs = Date.parse(startedAt) + hoursMax * 3_600_000;
  return resumesMs < endsMs ? step : nextStep("done", nowMs);
}
