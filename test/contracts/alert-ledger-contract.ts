import { describe, expect, it } from "vitest";
import type { AlertLedger } from "../../lib/detect/ports.ts";

const NOW_MS = Date.UTC(2026, 0, 5, 12);
const FORGET_AT = NOW_MS / 1000 + 86_400;

/** What every alert ledger does. `make` gives one that is empty. */
export function describeAlertLedger(name: string, make: () => AlertLedger): void {
  describe(`${name} as an alert ledger`, () => {
    const claimOf = (owner: string, expiresAt = NOW_MS + 60_000) => ({ owner, expiresAt });

    it("gives the first attempt the claim, and another one nothing while it holds", async () => {
      const ledger = make();
      expect(await ledger.claim("a", claimOf("one"), NOW_MS, FORGET_AT)).toBe("claimed");
      const later = NOW_MS + 59_999;
      expect(await ledger.claim("a", claimOf("two"), later, FORGET_AT)).toBe("in_flight");
    });

    it("gives the claim to another attempt once it has expired", async () => {
      const ledger = make();
      await ledger.claim("a", claimOf("one"), NOW_MS, FORGET_AT);
      const later = NOW_MS + 60_000;
      const claim = claimOf("two", later + 60_000);
      expect(await ledger.claim("a", claim, later, FORGET_AT)).toBe("claimed");
      expect(await ledger.claim("a", claimOf("one"), later, FORGET_AT)).toBe("in_flight");
    });

    it("gives an attempt its own claim again, whose answer was lost", async () => {
      const ledger = make();
      await ledger.claim("a", claimOf("one"), NOW_MS, FORGET_AT);
      expect(await ledger.claim("a", claimOf("one"), NOW_MS, FORGET_AT)).toBe("claimed");
    });

    it("remembers for everyone, its publisher too, what is published", async () => {
      const ledger = make();
      await ledger.claim("a", claimOf("one"), NOW_MS, FORGET_AT);
      await ledger.markPublished("a");
      await ledger.markPublished("a");
      for (const owner of ["one", "two"]) {
        expect(await ledger.claim("a", claimOf(owner), NOW_MS + 90_000, FORGET_AT)).toBe(
          "published",
        );
      }
    });

    it("keeps alerts apart", async () => {
      const ledger = make();
      await ledger.claim("a", claimOf("one"), NOW_MS, FORGET_AT);
      await ledger.markPublished("a");
      expect(await ledger.claim("b", claimOf("two"), NOW_MS, FORGET_AT)).toBe("claimed");
    });

    it("gives one of many attempts at the same time the claim", async () => {
      const ledger = make();
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          ledger.claim("a", claimOf(`owner-${i}`), NOW_MS, FORGET_AT),
        ),
      );
      expect(outcomes.toSorted()).toEqual(["claimed", ...Array(9).fill("in_flight")]);
    });
  });
}
