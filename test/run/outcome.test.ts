import { describe, expect, it } from "vitest";
import { LeaseLostError } from "../../lib/ports.ts";
import { causeOf, earlyEndOf, withFailure } from "../../lib/run/outcome.ts";
import { SlackApiError, SlackDeadlineError } from "../../lib/slack/errors.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const NOW_MS = 1_000_000;
const clock = new VirtualClock(NOW_MS);

describe("an error that ends a run", () => {
  it.each([
    [
      "a 429 that says how long to wait",
      new SlackApiError({ status: 429, retryAfterSeconds: 30 }),
      { outcome: "throttled", notBefore: NOW_MS + 30_000 },
    ],
    [
      "a 429 that does not",
      new SlackApiError({ status: 429 }),
      { outcome: "throttled", notBefore: NOW_MS + 60_000 },
    ],
    [
      "a wait that does not fit",
      new SlackDeadlineError("too long", { retryAfterSeconds: 86_400 }),
      { outcome: "throttled", notBefore: NOW_MS + 3_600_000 },
    ],
    ["the deadline", new SlackDeadlineError("over"), { outcome: "out_of_time" }],
    ["a lease that is lost", new LeaseLostError("acme"), { outcome: "lease_lost" }],
    ["a failure of Slack", new SlackApiError({ status: 500 }), undefined],
    ["a bug", new TypeError("undefined is not a function"), undefined],
  ])("%s", (_, error, end) => {
    expect(earlyEndOf(error, clock, undefined)).toEqual(end);
  });

  it("is the caller's own only when it is the reason of the aborted signal", () => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    expect(earlyEndOf(reason, clock, signal)).toEqual({ outcome: "interrupted" });
    expect(earlyEndOf(new Error("enough"), clock, signal)).toBeUndefined();
    expect(earlyEndOf(reason, clock, new AbortController().signal)).toBeUndefined();
  });
});

describe("the summary of a failure", () => {
  it("says what failed, and carries the error out of sight of JSON", () => {
    const error = new LeaseLostError("acme");
    const summary = withFailure({ outcome: "caught_up", pages: 3 }, error);

    expect(JSON.parse(JSON.stringify(summary))).toEqual({
      outcome: "failed",
      pages: 3,
      error: { name: "LeaseLostError", code: "lease_lost", message: error.message },
    });
    expect(causeOf(summary)).toBe(error);
  });

  it("has a code for an error without one, and for what is no error", () => {
    expect(withFailure({ outcome: "" }, new TypeError("odd"))).toMatchObject({
      error: { code: "unexpected" },
    });
    expect(withFailure({ outcome: "" }, "text")).toMatchObject({ error: { message: "text" } });
  });

  it("is the only one with a cause", () => {
    expect(causeOf({ outcome: "caught_up" })).toBeUndefined();
  });
});
