import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { causeOf, type IngestSummary } from "../../lib/ingest/summary.ts";
import { makeEntries, makeEntry } from "../fakes/entries.ts";
import { FAULT_NAMES, type FaultName } from "../fakes/faults.ts";
import { countAwaits, Interruption, killAt, type Moment } from "./interruption.ts";
import { START, startWorld, type World } from "./world.ts";

const MOMENTS: Moment[] = ["before", "after"];

/** A world in the middle of its life: a run lies behind it, new and late entries and a late scan ahead. */
async function startBusyWorld(): Promise<World> {
  const world = await startWorld(makeEntries(12, { from: START + 3400, stepSeconds: 7 }));
  world.settings = { ...world.settings, pageLimit: 8 };
  await world.run();
  world.slack.add(makeEntries(7, { from: START + 3401, stepSeconds: 11 }));
  world.slack.add(makeEntries(9, { from: START + 3590, stepSeconds: 3 }));
  world.slack.add(makeEntries(5, { from: START + 3620, stepSeconds: 0 }));
  world.clock.advance(300_000);
  return world;
}

async function awaitsOf(start: () => Promise<World>): Promise<number> {
  await using world = await start();
  return await countAwaits(world.ports, (ports) => world.run({}, ports));
}

const WORLDS: [string, () => Promise<World>][] = [
  ["a first run", () => startWorld()],
  ["a run with late entries and a late scan", startBusyWorld],
];

describe.each(WORLDS)("%s", (_, start) => {
  it.each(MOMENTS)(
    "killed %s any await and run again loses and repeats nothing",
    async (moment) => {
      const awaits = await awaitsOf(start);
      expect(awaits).toBeGreaterThanOrEqual(15);
      for (let at = 1; at <= awaits; at++) {
        await using world = await start();
        await world.run({}, killAt(at, moment, world.ports));
        world.slack.add([makeEntry({ dateCreate: world.clock.nowMs() / 1000 - 30 })]);
        await world.runToQuiescence();
        await world.expectArchiveToEqualTruth();
      }
    },
  );

  it.each(MOMENTS)(
    "killed %s any await, twice in a row, loses and repeats nothing",
    async (moment) => {
      const awaits = await awaitsOf(start);
      for (let at = 1; at <= awaits; at += 2) {
        await using world = await start();
        await world.run({}, killAt(at, moment, world.ports));
        world.clock.advance(3_600_000);
        await world.run({}, killAt(((at * 7) % awaits) + 1, moment, world.ports));
        await world.runToQuiescence();
        await world.expectArchiveToEqualTruth();
      }
    },
  );

  it.each(MOMENTS)(
    "joined by a second run %s any await loses and repeats nothing",
    async (moment) => {
      const awaits = await awaitsOf(start);
      for (let at = 1; at <= awaits; at++) {
        await using world = await start();
        const outcomes: string[] = [];
        const join = new Interruption(at, moment, async () => {
          outcomes.push((await world.run()).outcome);
        });
        await world.run({}, join.wrap(world.ports));
        expect(["lease_held", "caught_up"]).toContain(outcomes[0]);
        await world.runToQuiescence();
        await world.expectArchiveToEqualTruth();
      }
    },
  );

  it.each(MOMENTS)(
    "frozen %s any await until another run has taken over loses and repeats nothing",
    async (moment) => {
      const awaits = await awaitsOf(start);
      for (let at = 1; at <= awaits; at++) {
        await using world = await start();
        const freeze = new Interruption(at, moment, async () => {
          world.clock.advance(3_600_000);
          world.slack.add([makeEntry({ dateCreate: START + 3600 })]);
          await world.run();
          if (moment === "before") {
            // A process that wakes up finds the time-outs of its calls expired. Without that, no
            // clock could keep a write from taking effect that began before the lease ran out (ADR 4).
            throw new Error("the call timed out while the process stood still");
          }
        });
        await world.run({}, freeze.wrap(world.ports));
        await world.runToQuiescence();
        await world.expectArchiveToEqualTruth();
      }
    },
  );
});

describe("the case that breaks other collectors", () => {
  it.each(["fails", "is killed"])(
    "12 entries, pages of 3, the third page %s, new entries arrive",
    async (how) => {
      await using world = await startWorld();
      if (how === "fails") {
        world.slack.faults.when(({ number }) => (number === 3 ? "token_refused" : undefined));
        world.slack.faults.at(4, "token_refused");
        expect(await world.run()).toMatchObject({ outcome: "failed" });
      } else {
        let calls = 0;
        const { ports } = world;
        const slack = {
          logsPage: async (...call: Parameters<typeof ports.slack.logsPage>) => {
            calls += 1;
            return calls < 3 ? ports.slack.logsPage(...call) : Promise.reject(new Error("killed"));
          },
        };
        await world.run({}, { ...ports, slack });
      }
      expect(world.archive.objects.size).toBe(2);
      world.slack.add(makeEntries(4, { from: START + 3700 }));
      await world.runToQuiescence();
      expect((await world.archived()).size).toBe(16);
      await world.expectArchiveToEqualTruth();
    },
  );
});

describe("each fault of Slack, at each call", () => {
  it.each(FAULT_NAMES)("%s loses and repeats nothing, and shows no token", async (fault) => {
    for (let call = 1; call <= 6; call++) {
      await using world = await startBusyWorld();
      world.timeoutMs = timeoutMsFor(fault);
      world.slack.faults.at(world.slack.stats.calls + call, fault);
      const summary = await world.run();
      expect(["caught_up", "failed"]).toContain(summary.outcome);
      await world.runToQuiescence();
      await world.expectArchiveToEqualTruth();
      await expectNoToken(world, summary);
    }
  });

  it.each(FAULT_NAMES)("%s that lasts ends the run, with the state saved", async (fault) => {
    await using world = await startBusyWorld();
    world.timeoutMs = timeoutMsFor(fault);
    world.slack.faults.next(fault, 40);
    const summary = await world.run({ deadlineMs: world.clock.nowMs() + 600_000 });
    await expectNoToken(world, summary);
    world.slack.faults.clear();
    await world.runToQuiescence();
    await world.expectArchiveToEqualTruth();
  });
});

/** Only a fault that never answers needs the time-out to come. */
function timeoutMsFor(fault: FaultName): number {
  return fault.startsWith("stall") ? 50 : 5000;
}

async function expectNoToken(world: World, summary: IngestSummary): Promise<void> {
  const shown = [
    JSON.stringify(summary),
    inspect(causeOf(summary), { depth: 10, showHidden: true }),
    JSON.stringify([...world.checkpoints.items]),
  ];
  for (const [key, body] of world.archive.objects) {
    shown.push(key, ...(await decodeLines(key, body)).map(String));
  }
  expect(shown.filter((text) => text.includes(world.slack.token))).toEqual([]);
}
