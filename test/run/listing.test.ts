import { describe, expect, it } from "vitest";
import type { ListedPage } from "../../lib/run/listing.ts";
import { SlackApiError, SlackBodyError, SlackConnectionError } from "../../lib/slack/errors.ts";
import type { TimeRange } from "../../lib/time.ts";
import {
  all,
  beginsAt,
  DAY,
  every,
  HOUR,
  type Query,
  refusal,
  ScriptedListing,
  START,
  WALK,
  walk,
} from "./scripted-listing.ts";

describe("a walk", () => {
  it("lists every entry up to its end, oldest window first, none across an hour", async () => {
    const times = every(7);
    const { pages, ids, position } = await walk(new ScriptedListing({ times }));

    expect(ids).toEqual(all(times));
    expect(position).toBe(WALK.end);
    for (const { window } of pages) {
      expect(Math.floor(window.from / HOUR)).toBe(Math.floor((window.until - 1) / HOUR));
    }
  });

  it("goes on where an earlier run left a window half read", async () => {
    const times = every(2, { until: START + 600 });
    const slack = new ScriptedListing({ times });
    const pageCursor = { oldest: START, latest: START + 600, cursor: "at:100" };
    const { pages, position } = await walk(slack, { pageCursor });

    expect(slack.queries[0]).toMatchObject({ cursor: "at:100", oldest: START });
    expect(pages[0]?.page.entries[0]?.dateCreate).toBe(times.at(-101));
    expect(position).toBe(WALK.end);
  });

  it.each([
    { crossesHours: false, every: 1 },
    { crossesHours: true, every: 1 },
    { crossesHours: true, every: 40 },
  ])("begins a window again, shorter, that has more pages than allowed: %j", async (how) => {
    const quiet = every(how.every, { until: START + 1800 });
    const burst = Array.from({ length: 900 }, (_, at) => START + 1800 + Math.floor(at / 400));
    const times = [...quiet, ...burst];
    const slack = new ScriptedListing({ times });
    const { pages, ids } = await walk(slack, { crossesHours: how.crossesHours, pagesMax: 2 });

    expect(ids).toEqual(all(times));
    for (const ofWindow of Map.groupBy(pages, ({ window }) => JSON.stringify(window)).values()) {
      const [{ window }] = ofWindow as [ListedPage];
      // A second cannot be made shorter; Slack is asked for the one after it, too.
      expect(ofWindow.length).toBeLessThanOrEqual(window.until - window.from === 1 ? 9 : 2);
    }
  });

  it("lists no more at once than the caller lets it", async () => {
    const times = every(7);
    const cut = async ({ from, until }: TimeRange) => ({ from, until: Math.min(until, from + 60) });
    const { pages, ids } = await walk(new ScriptedListing({ times }), { cut });

    expect(ids).toEqual(all(times));
    expect(pages).toHaveLength(120);
  });

  it("spans hours where they may be crossed, in few calls", async () => {
    const slack = new ScriptedListing({ times: [START, START + 9 * DAY] });
    const { ids, position } = await walk(slack, { crossesHours: true, end: START + 10 * DAY });

    expect(ids).toEqual(new Set(["e0", "e1"]));
    expect(position).toBe(START + 10 * DAY);
    expect(slack.calls).toBeLessThan(25);
  });
});

describe("a range that Slack refuses", () => {
  const first = START + 5 * DAY + 12_345;
  const times = every(1_000, { from: first, until: START + 8 * DAY });
  const span = { end: START + 8 * DAY, crossesHours: true, mayBeginLater: true };

  it("is passed over up to the first second that it lists, in at most 40 calls", async () => {
    const slack = new ScriptedListing({ times, fail: beginsAt(first) });
    const { pages: listed, ids, position } = await walk(slack, span);
    const pages = listed.filter(({ search }) => search === undefined);

    expect(pages[0]).toMatchObject({ window: { from: START, until: first }, isRefused: true });
    expect(pages[0]?.page.entries).toEqual([]);
    expect(pages.slice(1).some(({ isRefused }) => isRefused)).toBe(false);
    expect(ids).toEqual(all(times));
    expect(position).toBe(span.end);
    const found = slack.queries.findIndex(({ oldest, limit }) => oldest === first && limit > 1);
    expect(found).toBeLessThanOrEqual(40);
  });

  it("is passed over whole when it lists nothing of it", async () => {
    const slack = new ScriptedListing({ times, fail: beginsAt(span.end + 1) });
    const { pages, position } = await walk(slack, span);

    expect(pages.filter(({ search }) => search === undefined)).toMatchObject([
      { window: { from: START, until: span.end }, isRefused: true },
    ]);
    expect(position).toBe(span.end);
  });

  it.each([1, 2, 3])("is not passed over when it is refused %d times only", async (refusals) => {
    const early = every(1_000, { until: START + 8 * DAY });
    const slack = new ScriptedListing({
      times: early,
      fail: (_, call) => {
        if (call <= refusals) throw refusal("invalid_range");
      },
    });
    const { pages, ids } = await walk(slack, span);

    expect(pages.some(({ isRefused }) => isRefused)).toBe(false);
    expect(ids).toEqual(all(early));
  });

  it("is a failure where something was listed before it", async () => {
    const slack = new ScriptedListing({ times, fail: beginsAt(first) });

    await expect(walk(slack, { ...span, mayBeginLater: false })).rejects.toThrow("invalid_range");
  });

  it("is cut short where our clock is two minutes ahead, and the run catches up", async () => {
    const now = START + 2 * HOUR - 600;
    const slackNow = now - 120;
    const recent = every(5, { until: slackNow });
    const slack = new ScriptedListing({
      times: recent,
      fail: ({ latest }) => {
        if (latest > slackNow) throw refusal("invalid_range");
      },
    });
    const { ids, position, pages } = await walk(slack, { now, end: now, mayBeginLater: true });

    expect(ids).toEqual(all(recent));
    expect(position).toBe(slackNow);
    expect(pages.some(({ isRefused }) => isRefused)).toBe(false);
    expect(slack.calls).toBeLessThan(80);
  });
});

describe("a page that does not come through", () => {
  it.each([
    ["too large", () => new SlackBodyError("too_large")],
    ["cut within its JSON", () => new SlackBodyError("cut")],
    ["cut by the connection", () => new SlackConnectionError("reset", { fault: "cut" })],
  ])("is asked for in half the window and with half the limit: %s", async (_, problem) => {
    const times = every(3);
    const limits = new Set<number>();
    const slack: ScriptedListing = new ScriptedListing({
      times,
      fail: ({ oldest, latest, limit }: Query) => {
        limits.add(limit);
        const entries = times.filter((time) => time >= oldest && time <= latest).length;
        if (Math.min(limit, entries) > 20) throw problem();
      },
    });
    const { ids, position } = await walk(slack);

    expect(ids).toEqual(all(times));
    expect(position).toBe(WALK.end);
    expect(Math.min(...limits)).toBeLessThan(50);
  });

  it("gets its limit back where pages come through again", async () => {
    const times = every(60);
    const slack = new ScriptedListing({
      times,
      fail: (_, call) => {
        if (call === 1) throw new SlackBodyError("too_large");
      },
    });
    await walk(slack);

    expect(slack.queries.map(({ limit }) => limit).slice(0, 3)).toEqual([100, 50, 100]);
  });

  it("is a failure when one entry alone is too large", async () => {
    const slack = new ScriptedListing({
      times: [START],
      fail: () => {
        throw new SlackBodyError("too_large");
      },
    });

    await expect(walk(slack)).rejects.toThrow(SlackBodyError);
    expect(slack.queries.at(-1)?.limit).toBe(1);
  });
});

describe("a stored cursor", () => {
  const times = every(2, { until: START + 600 });
  const pageCursor = { oldest: START, latest: START + 600, cursor: "at:100" };

  it.each<[string, () => Error]>([
    ["400 invalid_cursor", () => refusal("invalid_cursor")],
    ["400 invalid_arguments", () => refusal("invalid_arguments")],
    ["400 invalid_range", () => refusal("invalid_range")],
    ["500", () => new SlackApiError({ status: 500 })],
    ["200 with another error", () => refusal("something_new", 200)],
    ["what is not JSON", () => new SlackBodyError("not_json")],
    ["JSON of another shape", () => new SlackBodyError("wrong_shape")],
  ])("that is refused with %s starts the window again", async (_, problem) => {
    const slack = new ScriptedListing({
      times,
      fail: ({ cursor }, call) => {
        if (call === 1 && cursor === "at:100") throw problem();
      },
    });
    const { ids, position } = await walk(slack, { pageCursor });

    expect(ids).toEqual(all(times));
    expect(position).toBe(WALK.end);
    expect(slack.queries[1]?.cursor).toBeUndefined();
  });

  it.each<[string, () => Error]>([
    ["429", () => new SlackApiError({ status: 429, retryAfterSeconds: 30 })],
    ["ratelimited with 200", () => refusal("ratelimited", 200)],
    ["401", () => new SlackApiError({ status: 401 })],
    ["403", () => new SlackApiError({ status: 403 })],
    ["token_revoked with 200", () => refusal("token_revoked", 200)],
    ["no connection", () => new SlackConnectionError("no route")],
  ])("is not to blame for %s", async (_, problem) => {
    const thrown = problem();
    const slack = new ScriptedListing({
      times,
      fail: () => {
        throw thrown;
      },
    });

    await expect(walk(slack, { pageCursor })).rejects.toBe(thrown);
    expect(slack.calls).toBe(1);
  });

  it("is not to blame for what fails without it", async () => {
    const slack = new ScriptedListing({
      times,
      fail: () => {
        throw new SlackApiError({ status: 500 });
      },
    });

    await expect(walk(slack, { pageCursor })).rejects.toThrow(SlackApiError);
    expect(slack.calls).toBe(2);
  });
});

describe("cursors that Slack refuses", () => {
  const refuseCursors = ({ cursor }: Query) => {
    if (cursor !== undefined) throw refusal("invalid_cursor");
  };

  it("are done without where windows of one page will do", async () => {
    const times = every(2);
    const { ids, position } = await walk(new ScriptedListing({ times, fail: refuseCursors }));

    expect(ids).toEqual(all(times));
    expect(position).toBe(WALK.end);
  });

  it("end the walk with a clear error where one second has more than a page", async () => {
    const times = [...every(60), ...Array.from({ length: 250 }, () => START + 1_800)];
    const walking = walk(new ScriptedListing({ times, fail: refuseCursors }));

    // Each window asks for one second more than it covers.
    await expect(walking).rejects.toThrow(
      `the listing from ${START + 1_799} to ${START + 1_800} does not end: a second of it, or the one after, has more entries than a page of 100, and Slack refuses every cursor to the next page`,
    );
  });

  it("are no loss when each leads to itself", async () => {
    const times = every(2);
    const slack = new ScriptedListing({ times, cursorAt: () => "at:0" });
    const { ids, position } = await walk(slack);

    expect(ids).toEqual(all(times));
    expect(position).toBe(WALK.end);
  });
});
