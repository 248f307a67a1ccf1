import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntries } from "../../../fake-slack/entries.ts";
import { decodeLines } from "../../../lib/archive/archive-object.ts";
import { BACKFILL_METRICS } from "../../../lib/stack/metrics.ts";
import type { TimeRange } from "../../../lib/time.ts";
import { type DeployedFunction, SourceTestBed } from "../source-bed.ts";

const HOUR_MS = 3_600_000;
const FROM = "2026-02-28T00:00:00Z";

let bed: SourceTestBed;
let backfill: DeployedFunction;
let ingest: DeployedFunction;

beforeAll(async () => {
  bed = await SourceTestBed.start(MONDAY_MORNING * 1000 + HOUR_MS);
  backfill = await bed.load("backfill");
  ingest = await bed.load("ingest");
  bed.slack.add([
    ...makeEntries(12),
    ...makeEntries(40, { from: Date.parse(FROM) / 1000 + 60, stepSeconds: 4000 }),
  ]);
});

afterAll(() => bed.stop());

beforeEach(() => {
  bed.prepare();
  bed.advance(HOUR_MS); // and the pacer has turns to give
});

describe("the function that backfills", () => {
  it("cannot plan before the live runs have begun, and says so", async () => {
    await expect(bed.call(backfill, { op: "plan", from: FROM })).rejects.toThrow(
      '"grid" has no completed run',
    );
    await bed.call(ingest, { source: "grid" });
  });

  it("estimates without leaving anything behind", async () => {
    const asked = { op: "estimate", from: FROM };
    const answer = await bed.call<{ spans: TimeRange[]; estimate: object }>(backfill, asked);
    expect(answer.spans).toHaveLength(2);
    expect(answer.estimate).toMatchObject({ samples: 10, entries: expect.any(Number) });
    const writers = await bed.writers();
    expect(writers).toEqual(["grid"]);
  });

  it("plans spans, and runs over them until they are done", async () => {
    const { spans } = await bed.call<{ spans: TimeRange[] }>(backfill, { op: "plan", from: FROM });
    expect(spans).toHaveLength(2);
    expect(await bed.writers()).toHaveLength(3);
    for (const span of spans) {
      bed.advance(HOUR_MS);
      expect(await bed.call(backfill, { op: "run", span })).toMatchObject({
        next: "done",
        outcome: "caught_up",
      });
    }
    const stored = bed.metric(BACKFILL_METRICS.entries).reduce((a, b) => a + b, 0);
    expect(stored).toBe(40);
    const lines = await Promise.all(
      [...bed.objects].map(async ([key, body]) => (await decodeLines(key, body)).map(String)),
    );
    expect(lines.flat().sort()).toEqual([...bed.slack.truth().values()].sort());
    expect(await bed.call(backfill, { op: "plan", from: FROM })).toEqual({ spans: [] });
  });

  it("asks to be called again when Slack asked to wait", async () => {
    const from = "2026-02-27T00:00:00Z";
    const { spans } = await bed.call<{ spans: TimeRange[] }>(backfill, { op: "plan", from });
    bed.slack.faults.next({ kind: "throttled", retryAfter: "120" });
    const answer = await bed.call<{ resumeAt: string }>(backfill, { op: "run", span: spans[0] });
    expect(answer).toMatchObject({ next: "wait", outcome: "throttled" });
    expect(Date.parse(answer.resumeAt) - Date.now()).toBe(120_000);
    expect(bed.metric(BACKFILL_METRICS.throttled)).toEqual([1]);
  });

  it("throws what failed, so that the state machine tries again", async () => {
    const span = {
      from: Date.parse("2026-02-27T00:00:00Z") / 1000,
      until: Date.parse(FROM) / 1000,
    };
    bed.slack.faults.next("token_refused", 5);
    await expect(bed.call(backfill, { op: "run", span })).rejects.toThrow("invalid_authentication");
    expect(bed.metric(BACKFILL_METRICS.failed).at(-1)).toBe(1);
  });

  it.each([
    {},
    { op: "plan" },
    { op: "plan", from: "yesterday" },
    { op: "run", span: { from: 1 } },
  ])("refuses the event %j", async (event) => {
    await expect(bed.call(backfill, event)).rejects.toThrow();
  });
});
