/**
 * Ingestion: EventBridge Scheduler → this function, `{"source": "grid"}` → S3.
 *
 * A run without a token is no failure: it is the state after a deployment,
 * and has a metric of its own. Whatever else ends a run early is thrown, so
 * that Lambda counts it; the next run goes on from the saved state.
 */

import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { ingest } from "../../lib/ingest/ingest.ts";
import type { IngestSummary } from "../../lib/ingest/summary.ts";
import { TokenMissingError, TokenRefreshError } from "../../lib/ports.ts";
import { keepHeapFlat } from "../../lib/run/flat-heap.ts";
import { causeOf } from "../../lib/run/outcome.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { SlackApiError } from "../../lib/slack/errors.ts";
import { INGEST_ENVIRONMENT } from "../../lib/stack/environment.ts";
import {
  API_ERRORS_METRIC,
  CODE_DIMENSION,
  INGEST_METRICS,
  LATENESS_METRIC,
  SERVICES,
} from "../../lib/stack/metrics.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { type Invocation, withoutZeros } from "../lambda-function.ts";
import { addLatenessMetric } from "../lateness-metric.ts";
import { createSourceFunction, PAGE_LIMIT } from "../source-function.ts";

const { environment, logger, metrics, tokens, ports, ...lambda } = createSourceFunction(
  SERVICES.ingest,
  INGEST_ENVIRONMENT,
);
keepHeapFlat();
const source = environment.SOURCE;

/** The metrics of one run. */
type Measured = Record<Exclude<keyof typeof INGEST_METRICS, "lagSeconds">, number> & {
  lagSeconds?: number;
};

const NOTHING: Measured = {
  entries: 0,
  lateEntries: 0,
  duplicatesDropped: 0,
  quarantined: 0,
  pages: 0,
  bytes: 0,
  timeUsedPercent: 0,
  throttled: 0,
  failed: 0,
  tokenMissing: 0,
  tokenRefused: 0,
};

const UNITS: Partial<Record<keyof Measured, (typeof MetricUnit)[keyof typeof MetricUnit]>> = {
  lagSeconds: MetricUnit.Seconds,
  bytes: MetricUnit.Bytes,
  timeUsedPercent: MetricUnit.Percent,
};

async function handleStart(
  event: unknown,
  invocation: Invocation,
): Promise<IngestSummary | undefined> {
  if ((event as { source?: unknown } | null)?.source !== source) {
    throw new Error(`the event must be {"source": "${source}"}`);
  }
  const measured = { ...NOTHING };
  try {
    return await run(invocation, measured);
  } catch (error) {
    if (error instanceof TokenMissingError) {
      measured.tokenMissing = 1;
      logger.warn(error.message, { code: error.code });
      return undefined;
    }
    measured.failed = 1;
    if (error instanceof TokenRefreshError) measured.tokenRefused = 1;
    if (error instanceof SlackApiError) {
      measured.tokenRefused = error.tokenRefused ? 1 : 0;
      countApiError(error);
    }
    throw error;
  } finally {
    const { lagSeconds, entries, throttled, ...others } = measured;
    const emitted = {
      ...(lagSeconds === undefined ? {} : { lagSeconds }),
      ...{ entries, throttled },
      ...withoutZeros(others),
    };
    for (const [key, value] of Object.entries(emitted)) {
      const name = key as keyof Measured;
      metrics.addMetric(INGEST_METRICS[name], UNITS[name] ?? MetricUnit.Count, value);
    }
  }
}

/** @throws what ended the run, if it failed; `measured` has what it did until then */
async function run(invocation: Invocation, measured: Measured): Promise<IngestSummary> {
  const { owner, startedAtMs, grantedMs, deadlineMs } = invocation;
  await tokens.get();
  const summary = await ingest(
    ports,
    {
      source,
      owner,
      firstStart: environment.FIRST_START ?? Math.floor(startedAtMs / 1000) - SECONDS_PER_DAY,
      settleDelaySeconds: environment.SETTLE_DELAY_SECONDS,
      allowedLatenessSeconds: environment.ALLOWED_LATENESS_SECONDS,
      pageLimit: PAGE_LIMIT,
    },
    { deadlineMs },
  );
  const { entries, lateEntries, duplicatesDropped, quarantined, pages, bytes } = summary;
  Object.assign(measured, {
    ...{ entries, lateEntries, duplicatesDropped, quarantined, pages, bytes },
    ...(summary.lagSeconds === null ? {} : { lagSeconds: summary.lagSeconds }),
    timeUsedPercent: (100 * (systemClock.nowMs() - startedAtMs)) / grantedMs,
    throttled: summary.outcome === "throttled" ? 1 : 0,
  } satisfies Partial<Measured>);

  addLatenessMetric(metrics, LATENESS_METRIC, summary.lateness);

  const cause = causeOf(summary);
  if (cause !== undefined) {
    logger.error("the run failed", { ...summary });
    throw cause;
  }
  logger.info("the run is over", { ...summary });
  return summary;
}

function countApiError(error: SlackApiError): void {
  const byCode = metrics.singleMetric();
  byCode.addDimension(CODE_DIMENSION, error.apiCode ?? `status_${error.status}`);
  byCode.addMetric(API_ERRORS_METRIC, MetricUnit.Count, 1);
}

export const handler = lambda.handler(handleStart);
