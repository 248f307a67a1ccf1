/**
 * Sealing: schedule → state machine → this function, again and again.
 *
 * - `{"op": "plan"}`: the next day that can be sealed now, oldest first
 * - `{"op": "close", "day": "2026-03-02"}`: one run at sealing one of them
 *
 * Without a token there is nothing to seal, and the plan is empty. A run that
 * failed is thrown.
 */
import { KMSClient } from "@aws-sdk/client-kms";
import * as z from "zod";
import { CLIENT_OPTIONS } from "../../lib/aws/client-options.ts";
import { KmsManifestSigner } from "../../lib/aws/kms-manifest-signer.ts";
import { TokenMissingError } from "../../lib/ports.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../../lib/run/background-pacer.ts";
import { causeOf } from "../../lib/run/outcome.ts";
import { daysToSeal } from "../../lib/seal/days-to-seal.ts";
import { sealDay } from "../../lib/seal/seal-day.ts";
import type { SealSummary } from "../../lib/seal/seal-summary.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { SEAL_ENVIRONMENT } from "../../lib/stack/environment.ts";
import { LATENESS_METRIC, SEAL_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import { type JobStep, stepAfter } from "../job-step.ts";
import { addCounts, type Invocation } from "../lambda-function.ts";
import { addLatenessMetric } from "../lateness-metric.ts";
import { PLAN_EVENT, type Plan, planNextDay, STARTED_AT, stepInTime } from "../planned-day.ts";
import { createSourceFunction, PAGE_LIMIT } from "../source-function.ts";

/** No day is begun later in an execution: the columns come after it, and tomorrow's execution. */
const HOURS_MAX = 18;

/** Nor does one go on: it may have more entries than are listed in a night. */
const LAST_RUN_HOURS_MAX = 20;

const EVENT = z.discriminatedUnion("op", [
  PLAN_EVENT,
  z.object({ op: z.literal("close"), day: z.iso.date(), startedAt: STARTED_AT }),
]);

const { environment, logger, metrics, tokens, ports, ...lambda } = createSourceFunction(
  SERVICES.seal,
  SEAL_ENVIRONMENT,
  BACKGROUND_CALLS_PER_MINUTE,
);
const settings = {
  source: environment.SOURCE,
  sealDelaySeconds: environment.CLOSE_DELAY_SECONDS,
  allowedLatenessSeconds: environment.ALLOWED_LATENESS_SECONDS,
};
const signer =
  environment.SIGNING_KEY_ID === undefined
    ? undefined
    : new KmsManifestSigner(new KMSClient(CLIENT_OPTIONS), environment.SIGNING_KEY_ID);

async function handleStep(
  event: unknown,
  invocation: Invocation,
): Promise<Plan | (JobStep & SealSummary)> {
  const asked = EVENT.parse(event);
  return asked.op === "plan" ? plan(asked) : seal(asked, invocation);
}

async function plan(asked: z.output<typeof PLAN_EVENT>): Promise<Plan> {
  const limits = { hoursMax: HOURS_MAX, nowMs: systemClock.nowMs() };
  try {
    await tokens.get();
  } catch (error) {
    if (!(error instanceof TokenMissingError)) throw error;
    logger.warn(error.message, { code: error.code });
    return planNextDay([], asked, limits);
  }
  const due = await daysToSeal(ports, settings, Number.POSITIVE_INFINITY);
  addCounts(metrics, SEAL_METRICS, { unsealedDays: due.length });
  const next = planNextDay(due, asked, limits);
  logger.info("days to close", { days: due.length, first: due.at(0), ...next });
  return next;
}

async function seal(
  { day, startedAt }: { day: string; startedAt?: string | undefined },
  { owner, deadlineMs }: Invocation,
): Promise<JobStep & SealSummary> {
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
  if (summary.lostManifest !== undefined) {
    logger.warn("a manifest is gone, and its day is sealed anew", { key: summary.lostManifest });
  }
  // The head is in the log: a place that the archive's writers cannot change.
  logger.info("the run is over", { ...summary });
  const nowMs = systemClock.nowMs();
  const limits = { hoursMax: LAST_RUN_HOURS_MAX, nowMs };
  return { ...stepInTime(stepAfter(summary, nowMs), startedAt, limits), ...summary };
}

function measure({ outcome, manifest }: SealSummary): void {
  const sealed = outcome === "sealed" ? manifest : undefined;
  addCounts(metrics, SEAL_METRICS, {
    reconciled: sealed?.isReconciled === true ? 1 : 0,
    unreconciled: sealed?.isReconciled === false ? 1 : 0,
    lateFound: sealed?.late ?? 0,
    onlyInArchive: sealed?.onlyInArchive ?? 0,
    duplicates: sealed?.twice ?? 0,
    differing: sealed?.differs ?? 0,
    altered: sealed?.altered ?? 0,
    addenda: (sealed?.revision ?? 1) > 1 ? 1 : 0,
    failed: outcome === "failed" ? 1 : 0,
  });
  addLatenessMetric(metrics, LATENESS_METRIC, sealed?.lateness ?? {});
}

export const handler = lambda.handler(handleStep);
