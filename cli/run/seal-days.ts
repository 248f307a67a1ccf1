import { causeOf } from "../../lib/run/outcome.ts";
import {
  type SealPorts,
  type SealProgress,
  type SealSettings,
  sealDay,
} from "../../lib/seal/seal-day.ts";
import type { SealSummary } from "../../lib/seal/seal-summary.ts";
import { SlackAuditError } from "../../lib/slack/errors.ts";
import { leaseOwner } from "./lease-owner.ts";
import { runUntilDone } from "./run-until-done.ts";

interface SealObserver {
  onProgress(progress: SealProgress): void;
  /** Told of each wait between two runs. */
  onWait(untilMs: number, reason: string): void;
}

/**
 * Seal days one after the other. One whose objects cannot be read is passed
 * over; any other that cannot be sealed now ends it.
 *
 * @param days - `YYYY-MM-DD`, oldest first
 * @returns a summary of each day that was tried, and why the first of those failed that did
 */
export async function sealDays(
  ports: SealPorts,
  settings: Omit<SealSettings, "day" | "owner">,
  days: readonly string[],
  signal: AbortSignal,
  { onProgress, onWait }: SealObserver,
): Promise<{ summaries: SealSummary[]; cause: Error | undefined }> {
  const deadlineMs = Number.POSITIVE_INFINITY;
  const summaries: SealSummary[] = [];
  let cause: Error | undefined;
  for (const day of days) {
    const { runs, isInterrupted } = await runUntilDone<SealSummary>(
      () =>
        sealDay(
          ports,
          { ...settings, day, owner: leaseOwner() },
          { deadlineMs, signal, onProgress },
        ),
      () => false,
      ports.clock,
      { deadlineMs, signal, onWait },
    );
    const last = runs.at(-1);
    if (last === undefined) break;
    summaries.push(isInterrupted ? { ...last, outcome: "interrupted" } : last);
    const failure = causeOf(last);
    cause ??= failure;
    // A day that cannot be read holds up no other; trouble with Slack does.
    const isOfDay = failure !== undefined && !(failure instanceof SlackAuditError);
    if (last.manifest === undefined && !isOfDay) break;
  }
  return { summaries, cause };
}
