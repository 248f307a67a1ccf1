import { describe, expect, it } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { estimateBackfill } from "../../lib/backfill/estimate.ts";
import type { SlackSource } from "../../lib/run/listing.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { START, startTestBed } from "../ingest/test-bed.ts";
import { beginsAt, refusal, ScriptedListing } from "../run/scripted-listing.ts";

const DAYS = 30;
const SPAN = { from: START - DAYS * SECONDS_PER_DAY, until: START };

const estimate = (slack: SlackSource, spans = [SPAN], pageLimit = 9999) =>
  estimateBackfill(slack, spans, {
    pageLimit,
    deadlineMs: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
  });

describe("an estimate", () => {
  it("is near the truth for even traffic, with few calls", async () => {
    await using bed = await startTestBed(
      makeEntries(20_000, { from: SPAN.from, stepSeconds: 129 }),
    );
    const found = await estimate(bed.ports.slack);
    expect(found.samples).toBe(10);
    expect(bed.slack.stats.calls).toBe(10);
    expect(found.entries).toBeGreaterThan(19_000);
    expect(found.entries).toBeLessThan(21_000);
    expect(found.calls).toBe(DAYS + Math.ceil(found.entries / 7999.2));
    expect(found.minutes).toBe(Math.ceil(found.calls / 40));
    expect(found.dollars).toBeGreaterThan(0);
  });

  it("is near the truth where an hour is more than a page", async () => {
    await using bed = await startTestBed(
      makeEntries(20_000, { from: SPAN.from, stepSeconds: 129 }),
    );
    const found = await estimate(bed.ports.slack, [SPAN], 5);
    expect(found.entries).toBeGreaterThan(15_000);
    expect(found.entries).toBeLessThan(27_000);
  });

  it("takes fewer samples of a short span", async () => {
    await using bed = await startTestBed(makeEntries(10, { from: START - 5000 }));
    const span = { from: START - 5000, until: START };
    expect(await estimate(bed.ports.slack, [span])).toMatchObject({ samples: 2 });
  });

  it("counts nothing for hours that Slack refuses, from before it had audit logs", async () => {
    const half = (SPAN.from + SPAN.until) / 2;
    const times = Array.from({ length: 1_000 }, (_, i) => half + i * 1_296);
    const found = await estimate(new ScriptedListing({ times, fail: beginsAt(half) }));
    expect(found.samples).toBe(10);
    expect(found.entries).toBeGreaterThan(800);
    expect(found.entries).toBeLessThan(1_300);
  });

  it("fails when Slack fails otherwise", async () => {
    const fail = () => {
      throw refusal("invalid_authentication", 401);
    };
    await expect(estimate(new ScriptedListing({ times: [], fail }))).rejects.toThrow(
      "invalid_authentication",
    );
  });

  it("is nothing for nothing, without a call", async () => {
    await using bed = await startTestBed();
    expect(await estimate(bed.ports.slack, [])).toEqual({
      entries: 0,
      calls: 0,
      minutes: 0,
      dollars: 0,
      dollarsPerMonth: 0,
      samples: 0,
    });
    expect(bed.slack.stats.calls).toBe(0);
  });
});
