import { describe, expect, it } from "vitest";
import { FIRST_SECOND } from "../../lib/backfill/plan.ts";
import type { FirstListedSearch } from "../../lib/ports.ts";
import { firstListed } from "../../lib/run/first-listed.ts";
import { beginsAt, refusal, ScriptedListing } from "./scripted-listing.ts";

/** @returns the second that is found, all in one run */
async function find(slack: ScriptedListing, search?: FirstListedSearch): Promise<number> {
  const searches = firstListed(slack, YEARS, OPTIONS, search);
  for (;;) {
    const { done, value } = await searches.next();
    if (done) return value;
  }
}

const OPTIONS = { deadlineMs: Number.POSITIVE_INFINITY };
const YEARS = { from: FIRST_SECOND, until: FIRST_SECOND + 8 * 365 * 86_400 };

describe("the first second that Slack lists", () => {
  it.each([1, 2, 1_000, 86_399, 123_456_789, 8 * 365 * 86_400 - 1])(
    "is found within 40 calls, %d s after one that it refuses",
    async (seconds) => {
      const first = YEARS.from + seconds;
      const slack = new ScriptedListing({ times: [], fail: beginsAt(first) });

      expect(await find(slack)).toBe(first);

      expect(slack.calls).toBeLessThanOrEqual(40);
    },
  );

  it("is the first of the range when Slack lists it after all", async () => {
    const slack = new ScriptedListing({ times: [] });

    expect(await find(slack)).toBe(YEARS.from);
  });

  it("is the end of the range when Slack lists nothing of it", async () => {
    const slack = new ScriptedListing({ times: [], fail: beginsAt(YEARS.until + 7) });

    expect(await find(slack)).toBe(YEARS.until);
  });

  it.each(Array.from({ length: 31 }, (_, call) => call + 1))(
    "is found although call %d is refused for no reason",
    async (odd) => {
      const first = YEARS.from + 123_456;
      const slack = new ScriptedListing({
        times: [],
        fail: (query, call) => {
          if (call === odd) throw refusal("invalid_range");
          beginsAt(first)(query);
        },
      });

      expect(await find(slack)).toBe(first);
    },
  );

  it("is found in as many calls by runs that end after each of them", async () => {
    const first = YEARS.from + 123_456_789;
    const slack = new ScriptedListing({ times: [], fail: beginsAt(first) });
    let known: FirstListedSearch | undefined;
    for (let runs = 0; runs < 40; runs++) {
      const { done, value } = await firstListed(slack, YEARS, OPTIONS, known).next();
      if (done) {
        expect(value).toBe(first);
        return;
      }
      known = value;
    }
    expect.unreachable("no end within 40 runs");
  });

  it("is not looked for when Slack fails otherwise", async () => {
    const slack = new ScriptedListing({
      times: [],
      fail: () => {
        throw refusal("internal_error", 500);
      },
    });

    await expect(find(slack)).rejects.toThrow("internal_error");
  });
});
