import { inParallel } from "../in-parallel.ts";
import type { Clock } from "../slack/clock.ts";
import { type Alert, alertName } from "./alert.ts";
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
  /** Alerts that a suppression holds back, each when it is found for the first time. */
  withheld: Alert[];
}

/** What could not be raised. */
export interface Unraised {
  /** Alerts that another attempt has claimed. */
  inFlight: number;
  /** Why others failed. */
  errors: unknown[];
}

/** Some alerts are not published; the event must be delivered again. */
export class AlertsNotRaisedError extends Error {
  override readonly name = "AlertsNotRaisedError";
  readonly code = "alerts_not_raised";
  readonly retryable = true;

  constructor({ inFlight, errors }: Unraised) {
    super(
      `not every alert is published: ${inFlight} claimed by another attempt, ${errors.length} failed; the event's next delivery tries them again`,
      { cause: errors[0] },
    );
  }
}

/**
 * Publish each alert id once, and note once what a suppression holds back.
 *
 * An alert is claimed, published, then marked. Only the mark suppresses it: an
 * attempt that dies before that loses nothing, because its claim expires and the
 * event's next delivery publishes. Only an attempt that dies between publishing and
 * marking, which takes milliseconds, leads to a second message, with the same
 * alert id.
 *
 * All alerts are attempted, even if one fails: nothing is thrown.
 *
 * @param owner - unique to this attempt
 * @param forgetAfterSeconds - how long after an alert's period its id is remembered
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
): Promise<Raised & Unraised> {
  const { ledger, sink, clock, log } = ports;
  const raised: Raised & Unraised = {
    ...{ published: 0, suppressed: 0, withheld: [] },
    ...{ inFlight: 0, errors: [] },
  };

  const raise = async (alert: Alert) => {
    const nowMs = clock.nowMs();
    const forgetAt = Date.parse(alert.period.end) / 1000 + forgetAfterSeconds;
    const claim = { owner, expiresAt: nowMs + CLAIM_MS };
    const isHeld = alert.suppression !== undefined;
    const name = alertName(alert);
    const outcome = await ledger.claim(name, claim, nowMs, forgetAt);
    if (outcome === "in_flight") {
      raised.inFlight += 1;
      return;
    }
    if (outcome === "published") {
      if (!isHeld) raised.suppressed += 1;
      return;
    }
    await log?.keep(alert);
    if (!isHeld) await sink.publish(toNotification(alert));
    await ledger.markPublished(name);
    if (isHeld) raised.withheld.push(alert);
    else raised.published += 1;
  };

  // An attempt may claim again what it has claimed: the same alert twice would be two messages.
  const once = new Map(alerts.map((alert) => [alertName(alert), alert])).values();
  await inParallel(once, CONCURRENCY, (alert) =>
    raise(alert).catch((error) => raised.errors.push(error)),
  );
  return raised;
}
