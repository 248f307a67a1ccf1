import type { Clock } from "../slack/clock.ts";
import type { Alert } from "./alert.ts";
import type { AlertLog } from "./alert-log.ts";
import { toNotification } from "./alert-notification.ts";
import type { AlertLedger, NotificationSink } from "./ports.ts";

/**
 * How long an attempt may take from claiming an alert to publishing it. It must be
 * longer than the sink's own time-out, and shorter than the time after which the
 * queue delivers the event again: otherwise that attempt finds the alert in flight.
 */
export const CLAIM_MS = 60_000;

/** Alerts published at the same time. */
const CONCURRENCY = 8;

export interface Raised {
  published: number;
  /** Published before, by this object's first delivery or for an earlier entry of the period. */
  suppressed: number;
}

/** Some alerts are not published; the event must be delivered again. */
export class AlertsNotRaisedError extends Error {
  override readonly name = "AlertsNotRaisedError";
  readonly code = "alerts_not_raised";
  readonly retryable = true;
  constructor(inFlight: number, causes: readonly unknown[]) {
    super(
      `not every alert is published: ${inFlight} claimed by another attempt, ${causes.length} failed; the event's next delivery tries them again`,
      { cause: causes[0] },
    );
  }
}

/**
 * Publish each alert id once.
 *
 * An alert is claimed, published, then marked. Only the mark suppresses it: an
 * attempt that dies before that loses nothing, because its claim expires and the
 * event's next delivery publishes. Only an attempt that dies between publishing and
 * marking, which takes milliseconds, leads to a second message, with the same
 * alert id.
 *
 * All alerts are attempted, even if one fails.
 *
 * @param owner - unique to this attempt
 * @param forgetAfterSeconds - how long after an alert's period its id is remembered
 * @throws {AlertsNotRaisedError} when some are not published
 */
export async function raiseAlerts(
  alerts: readonly Alert[],
  ports: {
    ledger: AlertLedger;
    sink: NotificationSink;
    clock: Pick<Clock, "nowMs">;
    log?: Pick<AlertLog, "keep"> | undefined;
  },
  { owner, forgetAfterSeconds }: { owner: string; forgetAfterSeconds: number },
): Promise<Raised> {
  const { ledger, sink, clock, log } = ports;
  const raised: Raised = { published: 0, suppressed: 0 };
  const errors: unknown[] = [];
  let inFlight = 0;

  const raise = async (alert: Alert) => {
    const nowMs = clock.nowMs();
    const forgetAt = Date.parse(alert.period.end) / 1000 + forgetAfterSeconds;
    const claim = { owner, expiresAt: nowMs + CLAIM_MS };
    const outcome = await ledger.claim(alert.id, claim, nowMs, forgetAt);
    if (outcome === "published") {
      raised.suppressed += 1;
    } else if (outcome === "in_flight") {
      inFlight += 1;
    } else {
      await log?.keep(alert);
      await sink.publish(toNotification(alert));
      await ledger.markPublished(alert.id);
      raised.published += 1;
    }
  };

  const queue = alerts.values();
  const worker = async () => {
    for (const alert of queue) {
      await raise(alert).catch((error) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));

  if (inFlight + errors.length > 0) {
    throw new AlertsNotRaisedError(inFlight, errors);
  }
  return raised;
}
