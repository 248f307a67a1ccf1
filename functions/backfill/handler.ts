/**
 * The past of one source: state machine → this function, again and again.
 *
 * - `{"op": "estimate", "from": ISO, "until"?: ISO}`: what is left to bring in, and what it would take
 * - `{"op": "plan", …}`: the spans, with their checkpoints made, for the map
 * - `{"op": "run", "span": {"from": …, "until": …}}`: one run over one of them
 *
 * A plan that cannot be made, and a run that failed, are thrown.
 */

import * as z from "zod";
import { backfillSpan } from "../../lib/backfill/backfill-span.ts";
import { type Estimate, estimateBackfill } from "../../lib/backfill/estimate.ts";
import { beginBackfill, planBackfill } from "../../lib/backfill/plan.ts";
import type { IngestSummary } from "../../lib/ingest/summary.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../../lib/run/background-pacer.ts";
import { causeOf } from "../../lib/run/outcome.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { BACKFILL_CONCURRENCY } from "../../lib/stack/backfill-concurrency.ts";
import { BACKFILL_ENVIRONMENT } from "../../lib/stack/environment.ts";
import { BACKFILL_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import type { TimeRange } from "../../lib/time.ts";
import { type JobStep, stepAfter } from "../job-step.ts";
import { addCounts, type Invocation } from "../lambda-function.ts";
import { createSourceFunction, PAGE_LIMIT } from "../source-function.ts";

const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Math.floor(Date.parse(text) / 1000));
const asked = { from: time, until: time.optional() };
const second = z.number().int().nonnegative();

const EVENT = z.discriminatedUnion("op", [
  z.object({ op: z.literal("estimate"), ...asked }),
  z.object({ op: z.literal("plan"), ...asked }),
  z.object({ op: z.literal("run"), span: z.object({ from: second, until: second }) }),
]);

interface Plan {
  spans: TimeRange[];
  /** Only where it was asked for: it takes calls. */
  estimate?: Estimate;
}

// Each function at work paces itself: together they make no more than all may.
const { environment, logger, metrics, tokens, ports, ...lambda } = createSourceFunction(
  SERVICES.backfill,
  BACKFILL_ENVIRONMENT,
  BACKGROUND_CALLS_PER_MINUTE / BACKFILL_CONCURRENCY,
);
const source = environment.SOURCE;

async function handleStep(
  event: unknown,
  { owner, deadlineMs }: Invocation,
): Promise<Plan | (JobStep & IngestSummary)> {
  const asked = EVENT.parse(event);
  await tokens.get();
  if (asked.op === "run") {
    return run(asked.span, owner, deadlineMs);
  }
  const { spans, left } = await planBackfill(ports, { source, ...asked });
  if (asked.op === "plan") {
    await beginBackfill(ports, source, spans, owner);
    logger.info("the backfill is planned", { spans: spans.length });
    return { spans };
  }
  const { signal } = new AbortController();
  return {
    spans: left,
    estimate: await estimateBackfill(ports.slack, left, {
      pageLimit: PAGE_LIMIT,
      deadlineMs,
      signal,
    }),
  };
}

async function run(
  span: TimeRange,
  owner: string,
  deadlineMs: number,
): Promise<JobStep & IngestSummary> {
  const summary = await backfillSpan(
    ports,
    { source, span, owner, pageLimit: PAGE_LIMIT },
    { deadlineMs },
  );
  const { entries, pages, outcome } = summary;
  addCounts(metrics, BACKFILL_METRICS, {
    entries,
    pages,
    throttled: outcome === "throttled" ? 1 : 0,
    failed: outcome === "failed" ? 1 : 0,
  });
  const cause = causeOf(summary);
  if (cause !== undefined) {
    logger.error("the run failed", { span, ...summary });
    throw cause;
  }
  logger.info("the run is over", { span, ...summary });
  return { ...stepAfter(summary, systemClock.nowMs()), ...summary };
}

export const handler = lambda.handler(handleStep);
