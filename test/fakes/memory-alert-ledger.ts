import type { AlertLedger, Claim, ClaimOutcome } from "../../lib/detect/ports.ts";

/** A ledger in memory. */
export class MemoryAlertLedger implements AlertLedger {
  readonly #alerts = new Map<string, Claim | "published">();

  async claim(alertId: string, claim: Claim, nowMs: number): Promise<ClaimOutcome> {
    const known = this.#alerts.get(alertId);
    if (known === "published") {
      return "published";
    }
    if (known !== undefined && known.owner !== claim.owner && known.expiresAt > nowMs) {
      return "in_flight";
    }
    this.#alerts.set(alertId, claim);
    return "claimed";
  }

  async markPublished(alertId: string): Promise<void> {
    this.#alerts.set(alertId, "published");
  }
}
