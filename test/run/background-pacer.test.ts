import { describe, expect, it } from "vitest";
import { BACKGROUND_CALLS_PER_MINUTE, BackgroundPacer } from "../../lib/run/background-pacer.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const START_MS = 1_000_000;

async function timesOfCalls(calls: number, pauseMs = 0): Promise<number[]> {
  const clock = new VirtualClock(START_MS);
  const pacer = new BackgroundPacer(clock, BACKGROUND_CALLS_PER_MINUTE);
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    await pacer.turn(undefined);
    times.push(clock.nowMs() - START_MS);
    clock.advance(pauseMs);
  }
  return times;
}

describe("BackgroundPacer", () => {
  it("lets a few calls go out at once", async () => {
    expect(await timesOfCalls(12)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1500, 3000]);
  });

  it("makes no more than 50 calls in any minute, and 40 in the long run", async () => {
    const times = await timesOfCalls(200);
    for (const from of times) {
      const inMinute = times.filter((time) => time >= from && time < from + 60_000);
      expect(inMinute.length).toBeLessThanOrEqual(50);
    }
    expect(times.at(-1)).toBe((200 - 10) * 1500);
  });

  it("does not slow calls that take longer than their turn", async () => {
    expect((await timesOfCalls(50, 2000)).at(-1)).toBe(49 * 2000);
  });

  it("gives two that ask at once one turn after the other", async () => {
    const waits: number[] = [];
    const watched = new BackgroundPacer(
      {
        nowMs: () => START_MS,
        sleep: async (ms) => void waits.push(ms),
      },
      40,
    );
    await Promise.all(Array.from({ length: 13 }, () => watched.turn(undefined)));
    expect(waits).toEqual([1500, 3000, 4500]);
  });

  it("ends a wait when the work is ended", async () => {
    const pacer = new BackgroundPacer(new VirtualClock(START_MS), 40);
    for (let call = 0; call < 10; call++) await pacer.turn(undefined);
    await expect(pacer.turn(AbortSignal.abort("stop"))).rejects.toBe("stop");
  });
});
