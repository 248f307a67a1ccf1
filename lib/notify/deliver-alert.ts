import type { AlertLedger } from "../detect/ports.ts";
import type { Clock } from "../slack/clock.ts";
import type { Alert, Target } from "./target.ts";

/**
 * How long one attempt may take, from claiming an alert to marking it. It must be longer than
 * reading a secret and sending to Jira take together, and no longer than the shortest wait before
 * the next attempt (`retryDelaySeconds`).
 */
export const DELIVERY_MS = 120_000;

/**
 * - `delivered`: the target has it now
 * - `known`: the target had it before
 * - `in_flight`: another attempt may be sending it now; try again later
 */
export type Delivered = "delivered" | "known" | "in_flight";

/**
 * Send an alert to one target, once.
 *
 * It is claimed, sent, then marked. Only the mark keeps it from being sent again: an attempt that
 * dies before that loses nothing. One that dies between sending and marking, which takes
 * milliseconds, sends it twice, with the same id.
 *
 * @param ledger - of this target
 * @param owner - unique to this attempt
 * @param forgetAt - epoch seconds from which the ledger may forget it
 * @throws what the target or the ledger throws
 */
export async function deliverAlert(
  alert: Alert,
  target: Target,
  { ledger, clock }: { ledger: AlertLedger; clock: Pick<Clock, "nowMs"> },
  { owner, forgetAt }: { owner: string; forgetAt: number },
): Promise<Delivered> {
  const nowMs = clock.nowMs();
  const claim = { owner, expiresAt: nowMs + DELIVERY_MS };
  const outcome = await ledger.claim(alert.id, claim, nowMs, forgetAt);
  if (outcome === "published") return "known";
  if (outcome === "in_flight") return "in_flight";
  await target.send(alert);
  await ledger.markPublished(alert.id);
  return "delivered";
}

/** Before an alert is tried again after `attempts` that failed: the first wait, and the longest. */
const RETRY_SECONDS = { first: 120, longest: 1800 };
/** What a target may ask for at most. */
const ASKED_SECONDS_MAX = 3600;

/**
 * When to try again: 2, 4, 8 … 30 minutes, up to a quarter longer at random, or when the target
 * asked to be called.
 *
 * @param attempts - that have failed; at least 1
 * @param random - from 0 to 1
 * @returns whole seconds
 */
export function retryDelaySeconds(
  attempts: number,
  retryAfterSeconds: number | undefined,
  random: number,
): number {
  const { first, longest } = RETRY_SECONDS;
  const backoff = Math.min(longest, first * 2 ** (attempts - 1)) * (1 + random / 4);
  const asked = Math.min(ASKED_SECONDS_MAX, retryAfterSeconds ?? 0);
  return Math.ceil(Math.max(backoff, asked));
}
