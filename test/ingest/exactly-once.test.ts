import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { FAULT_NAMES, type FaultName } from "../../fake-slack/faults.ts";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import type { IngestSummary } from "../../lib/ingest/summary.ts";
import { causeOf } from "../../lib/run/outcome.ts";
import { countAwaits, Interruption, killAt, type Moment } from "./interruption.ts";
import { START, startTestBed, type TestBed } from "./test-bed.ts";

const MOMENTS: Moment[] = ["before", "after"];

/** A bed in the middle of its life: a run lies behind it, new and late entries and a late scan ahead. */
async function startBusyTestBed(): Promise<TestBed> {
  const bed = await startTestBed(makeEntries(12, { from: START + 3400, stepSeconds: 7 }));
  bed.settings = { ...bed.settings, pageLimit: 8 };
  await bed.run();
  bed.slack.add(makeEntries(7, { from: START + 3401, stepSeconds: 11 }));
  bed.slack.add(makeEntries(9, { from: START + 3590, stepSeconds: 3 }));
  bed.slack.add(makeEntries(5, { from: START + 3620, stepSeconds: 0 }));
  bed.clock.advance(300_000);
  return bed;
}

async function awaitsOf(start: () => Promise<TestBed>): Promise<number> {
  await using bed = await start();
  return await countAwaits(bed.ports, (ports) => bed.run({}, ports));
}

const WORLDS: [string, () => Promise<TestBed>][] = [
  ["a first run", () => startTestBed()],
  ["a run with late entries and a late scan", startBusyTestBed],
];

describe.each(WORLDS)("I1, I2: %s", (_, start) => {
  it.each(MOMENTS)(
    "killed %s any await and run again loses and repeats nothing",
    async (moment) => {
      const awaits = await awaitsOf(start);
      expect(awaits).toBeGreaterThanOrEqual(15);
      for (let at = 1; at <= awaits; at++) {
        await using bed = await start();
        await bed.run({}, killAt(at, moment, bed.ports));
        bed.slack.add([makeEntry({ dateCreate: bed.clock.nowMs() / 1000 - 30 })]);
        await bed.runToQuiescence();
        await bed.expectArchiveToEqualTruth();
      }
    },
  );

  it.each(MOMENTS)(
    "killed %s any await, twice in a row, loses and repeats nothing",
    async (moment) => {
      const awaits = await awaitsOf(start);
      for (let at = 1; at <= awaits; at += 2) {
        await using bed = await start();
        await bed.run({}, killAt(at, moment, bed.ports));
        bed.clock.advance(3_600_000);
        await bed.run({}, killAt(((at * 7) % awaits) + 1, moment, bed.ports));
        await bed.runToQuiescence();
        await bed.expectArchiveToEqualTruth();
      }
    },
  );

  it.each(MOMENTS)(
    "joined by a second run %s any await loses and repeats nothing",
    async (moment) => {
      const awaits = await awaitsOf(start);
      for (let at = 1; at <= awaits; at++) {
        await using bed = await start();
        const outcomes: string[] = [];
        const join = new Interruption(at, moment, async () => {
          outcomes.push((await bed.run()).outcome);
        });
        await bed.run({}, join.wrap(bed.ports));
        expect(["lease_held", "caught_up"]).toContain(outcomes[0]);
        await bed.runToQuiescence();
        await bed.expectArchiveToEqualTruth();
      }
    },
  );

  it.each(MOMENTS)(
    "frozen %s any await until another run has taken over loses and repeats nothing",
    async (moment) => {
      const awaits = await awaitsOf(start);
      for (let at = 1; at <= awaits; at++) {
        await using bed = await start();
        const freeze = new Interruption(at, moment, async () => {
          bed.clock.advance(3_600_000);
          bed.slack.add([makeEntry({ dateCreate: START + 3600 })]);
          await bed.run();
          if (moment === "before") {
            // A process that wakes up finds the time-outs of its calls expired. Without that, no
            // clock could keep a write from taking effect that began before the lease ran out (ADR 4).
            throw new Error("the call timed out while the process stood still");
          }
        });
        await bed.run({}, freeze.wrap(bed.ports));
        await bed.runToQuiescence();
        await bed.expectArchiveToEqualTruth();
      }
    },
  );
});

describe("I1: the case that breaks other collectors", () => {
  it.each(["fails", "is killed"])(
    "12 entries, pages of 3, the third page %s, new entries arrive",
    async (how) => {
      await using bed = await startTestBed();
      if (how === "fails") {
        bed.slack.faults.when(({ number }) => (number === 3 ? "token_refused" : undefined));
        bed.slack.faults.at(4, "token_refused");
        expect(await bed.run()).toMatchObject({ outcome: "failed" });
      } else {
        let calls = 0;
        const { ports } = bed;
        const slack = {
          logsPage: async (...call: Parameters<typeof ports.slack.logsPage>) => {
            calls += 1;
            return calls < 3 ? ports.slack.logsPage(...call) : Promise.reject(new Error("killed"));
          },
        };
        await bed.run({}, { ...ports, slack });
      }
      expect(bed.archive.objects.size).toBe(2);
      bed.slack.add(makeEntries(4, { from: START + 3700 }));
      await bed.runToQuiescence();
      expect((await bed.archived()).size).toBe(16);
      await bed.expectArchiveToEqualTruth();
    },
  );
});

describe("I1, I2, I7: each fault of Slack, at each call", () => {
  it.each(FAULT_NAMES)("%s loses and repeats nothing, and shows no token", async (fault) => {
    for (let call = 1; call <= 6; call++) {
      await using bed = await startBusyTestBed();
      bed.timeoutMs = timeoutMsFor(fault);
      bed.slack.faults.at(bed.slack.stats.calls + call, fault);
      const summary = await bed.run();
      expect(["caught_up", "failed"]).toContain(summary.outcome);
      await bed.runToQuiescence();
      await bed.expectArchiveToEqualTruth();
      await expectNoToken(bed, summary);
    }
  });

  it.each(FAULT_NAMES)("%s that lasts ends the run, with the state saved", async (fault) => {
    await using bed = await startBusyTestBed();
    bed.timeoutMs = timeoutMsFor(fault);
    bed.slack.faults.next(fault, 40);
    const summary = await bed.run({ deadlineMs: bed.clock.nowMs() + 600_000 });
    await expectNoToken(bed, summary);
    bed.slack.faults.clear();
    await bed.runToQuiescence();
    await bed.expectArchiveToEqualTruth();
  });
});

/** Only a fault that never answers needs the time-out to come. */
function timeoutMsFor(fault: FaultName): number {
  return fault.startsWith("stall") ? 50 : 5000;
}

async function expectNoToken(bed: TestBed, summary: IngestSummary): Promise<void> {
  const shown = [
    JSON.stringify(summary),
    inspect(causeOf(summary), { depth: 10, showHidden: true }),
    JSON.stringify([...bed.checkpoints.items]),
  ];
  for (const [key, body] of bed.archive.objects) {
    shown.push(key, ...(await decodeLines(key, body)).map(String));
  }
  expect(shown.filter((text) => text.includes(bed.slack.token))).toEqual([]);
}
