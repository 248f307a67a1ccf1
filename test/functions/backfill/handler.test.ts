import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BACKFILL_METRICS } from "../../../functions/backfill/metric-names.ts";
import { decodeLines } from "../../../lib/archive/archive-object.ts";
import type { Span } from "../../../lib/archive/lane.ts";
import { MONDAY_MORNING, makeEntries } from "../../fakes/entries.ts";
import { SourceWorld } from "../source-world.ts";

const HOUR_MS = 3_600_000;
const FROM = "2026-02-28T00:00:00Z";

let world: SourceWorld;
let backfill: Parameters<SourceWorld["call"]>[0];
let ingest: Parameters<SourceWorld["call"]>[0];

beforeAll(async () => {
  world = await SourceWorld.start(MONDAY_MORNING * 1000 + HOUR_MS, {
    FIRST_START: "2026-03-02T09:00:00Z",
  });
  backfill = (await import("../../../functions/backfill/handler.ts")).handler as never;
  ingest = (await import("../../../functions/ingest/handler.ts")).handler as never;
  world.slack.add([
    ...makeEntries(12),
    ...makeEntries(40, { from: Date.parse(FROM) / 1000 + 60, stepSeconds: 4000 }),
  ]);
});

afterAll(() => world.stop());

beforeEach(() => {
  world.prepare();
  world.advance(HOUR_MS); // and the pacer has turns to give
});

describe("the function that backfills", () => {
  it("cannot plan before the live runs have begun, and says so", async () => {
    await expect(world.call(backfill, { op: "plan", from: FROM })).rejects.toThrow(
      'no run has taken anything in for "grid" yet',
    );
    await world.call(ingest, { source: "grid" });
  });

  it("estimates without leaving anything behind", async () => {
    const asked = { op: "estimate", from: FROM };
    const answer = await world.call<{ spans: Span[]; estimate: object }>(backfill, asked);
    expect(answer.spans).toHaveLength(2);
    expect(answer.estimate).toMatchObject({ samples: 10, entries: expect.any(Number) });
    const lanes = await world.lanes();
    expect(lanes).toEqual(["grid"]);
  });

  it("plans spans, and runs over them until they are done", async () => {
    const { spans } = await world.call<{ spans: Span[] }>(backfill, { op: "plan", from: FROM });
    expect(spans).toHaveLength(2);
    expect(await world.lanes()).toHaveLength(3);
    for (const span of spans) {
      world.advance(HOUR_MS);
      expect(await world.call(backfill, { op: "run", span })).toMatchObject({
        next: "done",
        outcome: "caught_up",
      });
    }
    const stored = world.metric(BACKFILL_METRICS.entries).reduce((a, b) => a + b, 0);
    expect(stored).toBe(40);
    const lines = await Promise.all(
      [...world.objects].map(async ([key, body]) => (await decodeLines(key, body)).map(String)),
    );
    expect(lines.flat().sort()).toEqual([...world.slack.truth().values()].sort());
    expect(await world.call(backfill, { op: "plan", from: FROM })).toEqual({ spans: [] });
  });

  it("asks to be called again when Slack asked to wait", async () => {
    const from = "2026-02-27T00:00:00Z";
    const { spans } = await world.call<{ spans: Span[] }>(backfill, { op: "plan", from });
    world.slack.faults.next({ kind: "throttled", retryAfter: "120" });
    const answer = await world.call<{ resumeAt: string }>(backfill, { op: "run", span: spans[0] });
    expect(answer).toMatchObject({ next: "wait", outcome: "throttled" });
    expect(Date.parse(answer.resumeAt) - Date.now()).toBe(120_000);
    expect(world.metric(BACKFILL_METRICS.throttled)).toEqual([1]);
  });

  it("throws what failed, so that the state machine tries again", async () => {
    const span = {
      from: Date.parse("2026-02-27T00:00:00Z") / 1000,
      until: Date.parse(FROM) / 1000,
    };
    world.slack.faults.next("token_refused", 5);
    await expect(world.call(backfill, { op: "run", span })).rejects.toThrow(
      "invalid_authentication",
    );
    expect(world.metric(BACKFILL_METRICS.failed).at(-1)).toBe(1);
  });

  it.each([
    {},
    { op: "plan" },
    { op: "plan", from: "yesterday" },
    { op: "run", span: { from: 1 } },
  ])("refuses the event %j", async (event) => {
    await expect(world.call(backfill, event)).rejects.toThrow();
  });
});
