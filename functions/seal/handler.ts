/**
 * The close of day: schedule → state machine → this function, again and again.
 *
 * - `{"op": "plan"}`: days that can be sealed now, oldest first
 * - `{"op": "close", "day": "2026-03-02"}`: one run at closing one of them
 *
 * Without a token there is nothing to close, and the plan is empty. A run that
 * failed is thrown.
 */
import { randomUUID } from "node:crypto";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import { KMSClient } from "@aws-sdk/client-kms";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { CLIENT_OPTIONS } from "../../lib/aws/client-options.ts";
import { KmsManifestSigner } from "../../lib/aws/kms-manifest-signer.ts";
import { causeOf } from "../../lib/ingest/summary.ts";
import { TokenMissingError } from "../../lib/ports.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../../lib/run/background-pacer.ts";
import { daysToSeal, type SealSummary, sealDay } from "../../lib/seal/seal-day.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { readEnvironment } from "../environment.ts";
import { METRIC_NAMESPACE, SOURCE_DIMENSION } from "../ingest/metric-names.ts";
import { type JobStep, stepAfter } from "../job-step.ts";
import { addLatenessMetric } from "../lateness-metric.ts";
import { createSourcePorts, PAGE_LIMIT, RESERVE_MS } from "../source-ports.ts";
import { CLOSE_ENVIRONMENT } from "./environment.ts";
import { CLOSE_METRICS, CLOSE_SERVICE } from "./metric-names.ts";

/** A plan that is longer is continued by the next: an execution's state is bounded. */
const PLANNED_DAYS_MAX = 40;

const EVENT = z.discriminatedUnion("op", [
  z.object({ op: z.literal("plan") }),
  z.object({ op: z.literal("close"), day: z.iso.date() }),
]);

interface Plan {
  days: string[];
}

const environment = readEnvironment(CLOSE_ENVIRONMENT);
const settings = {
  source: environment.SOURCE,
  sealDelaySeconds: environment.CLOSE_DELAY_SECONDS,
  allowedLatenessSeconds: environment.ALLOWED_LATENESS_SECONDS,
};
const logger = new Logger({
  serviceName: CLOSE_SERVICE,
  persistentKeys: { source: settings.source },
});
const metrics = new Metrics({
  namespace: METRIC_NAMESPACE,
  serviceName: CLOSE_SERVICE,
  defaultDimensions: { [SOURCE_DIMENSION]: settings.source },
});

const { tokens, ports } = createSourcePorts(environment, logger, BACKGROUND_CALLS_PER_MINUTE);
const signer =
  environment.SIGNING_KEY_ID === undefined
    ? undefined
    : new KmsManifestSigner(new KMSClient(CLIENT_OPTIONS), environment.SIGNING_KEY_ID);

async function handleStep(
  event: unknown,
  context: Context,
): Promise<Plan | (JobStep & SealSummary)> {
  const asked = EVENT.parse(event);
  return asked.op === "plan" ? plan() : close(asked.day, context);
}

async function plan(): Promise<Plan> {
  try {
    await tokens.get();
  } catch (error) {
    if (!(error instanceof TokenMissingError)) throw error;
    logger.warn(error.message, { code: error.code });
    return { days: [] };
  }
  const due = await daysToSeal(ports, settings, Number.POSITIVE_INFINITY);
  metrics.addMetric(CLOSE_METRICS.unsealedDays, MetricUnit.Count, due.length);
  logger.info("days to close", { days: due.length, first: due.at(0) });
  return { days: due.slice(0, PLANNED_DAYS_MAX) };
}

async function close(day: string, context: Context): Promise<JobStep & SealSummary> {
  const deadlineMs = systemClock.nowMs() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const owner = `${context.awsRequestId}/${randomUUID()}`;
  const summary = await sealDay(
    { ...ports, signer },
    { ...settings, day, owner, pageLimit: PAGE_LIMIT },
    { deadlineMs },
  );
  measure(summary);
  const cause = causeOf(summary);
  if (cause !== undefined) {
    logger.error("the close failed", { ...summary });
    throw cause;
  }
  // The head is in the log: a place that the archive's writers cannot change.
  logger.info("the run is over", { ...summary });
  return { ...stepAfter(summary, systemClock.nowMs()), ...summary };
}

function measure({ outcome, manifest }: SealSummary): void {
  const sealed = outcome === "sealed" ? manifest : undefined;
  const counts = {
    reconciled: sealed?.isReconciled === true ? 1 : 0,
    unreconciled: sealed?.isReconciled === false ? 1 : 0,
    lateFound: sealed?.late ?? 0,
    onlyInArchive: sealed?.onlyInArchive ?? 0,
    twice: sealed?.twice ?? 0,
    failed: outcome === "failed" ? 1 : 0,
  };
  for (const [key, value] of Object.entries(counts)) {
    metrics.addMetric(CLOSE_METRICS[key as keyof typeof counts], MetricUnit.Count, value);
  }
  addLatenessMetric(metrics, CLOSE_METRICS.latenessSeconds, sealed?.lateness ?? {});
}

export const handler = middy<unknown, Plan | (JobStep & SealSummary)>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(logMetrics(metrics))
  .handler(handleStep);
