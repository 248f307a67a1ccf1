/**
 * The past of one source: state machine → this function, again and again.
 *
 * - `{"op": "estimate", "from": ISO, "until"?: ISO}`: what is left to bring in, and what it would take
 * - `{"op": "plan", …}`: the spans, with their checkpoints made, for the map
 * - `{"op": "run", "span": {"from": …, "until": …}}`: one run over one of them
 *
 * A plan that cannot be made, and a run that failed, are thrown.
 */

import { randomUUID } from "node:crypto";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { backfillSpan } from "../../lib/backfill/backfill-span.ts";
import { type Estimate, estimateBackfill } from "../../lib/backfill/estimate.ts";
import { beginBackfill, planBackfill } from "../../lib/backfill/plan.ts";
import { causeOf, type IngestSummary } from "../../lib/ingest/summary.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../../lib/run/background-pacer.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import type { TimeRange } from "../../lib/time.ts";
import { readEnvironment } from "../environment.ts";
import { METRIC_NAMESPACE, SOURCE_DIMENSION } from "../ingest/metric-names.ts";
import { type JobStep, stepAfter } from "../job-step.ts";
import { SOURCE_ENVIRONMENT } from "../source-environment.ts";
import { createSourcePorts, PAGE_LIMIT, RESERVE_MS } from "../source-ports.ts";
import { BACKFILL_CONCURRENCY } from "./concurrency.ts";
import { BACKFILL_METRICS, BACKFILL_SERVICE } from "./metric-names.ts";

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

const environment = readEnvironment(SOURCE_ENVIRONMENT);
const source = environment.SOURCE;
const logger = new Logger({ serviceName: BACKFILL_SERVICE, persistentKeys: { source } });
const metrics = new Metrics({
  namespace: METRIC_NAMESPACE,
  serviceName: BACKFILL_SERVICE,
  defaultDimensions: { [SOURCE_DIMENSION]: source },
});

// Each function at work paces itself: together they make no more than all may.
const { tokens, ports } = createSourcePorts(
  environment,
  logger,
  BACKGROUND_CALLS_PER_MINUTE / BACKFILL_CONCURRENCY,
);

async function handleStep(
  event: unknown,
  context: Context,
): Promise<Plan | (JobStep & IngestSummary)> {
  const asked = EVENT.parse(event);
  const deadlineMs = systemClock.nowMs() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const owner = `${context.awsRequestId}/${randomUUID()}`;
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
  metrics.addMetric(BACKFILL_METRICS.entries, MetricUnit.Count, entries);
  metrics.addMetric(BACKFILL_METRICS.pages, MetricUnit.Count, pages);
  metrics.addMetric(BACKFILL_METRICS.throttled, MetricUnit.Count, outcome === "throttled" ? 1 : 0);
  metrics.addMetric(BACKFILL_METRICS.failed, MetricUnit.Count, outcome === "failed" ? 1 : 0);
  const cause = causeOf(summary);
  if (cause !== undefined) {
    logger.error("the run failed", { span, ...summary });
    throw cause;
  }
  logger.info("the run is over", { span, ...summary });
  return { ...stepAfter(summary, systemClock.nowMs()), ...summary };
}

export const handler = middy<unknown, Plan | (JobStep & IngestSummary)>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(logMetrics(metrics))
  .handler(handleStep);
