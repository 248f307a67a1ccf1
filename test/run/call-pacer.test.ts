import { describe, expect, it } from "vitest";
import { CallPacer } from "../../lib/run/call-pacer.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const START_MS = 1_000_000;

async function timesOfCalls(
  pacer: CallPacer,
  clock: VirtualClock,
  calls: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    await pacer.turn(undefined);
    times.push(clock.nowMs() - START_MS);
    clock.advance(800);
  }
  return times;
}

describe("CallPacer", () => {
  it("lets calls go out freely until Slack throttles", async () => {
    const clock = new VirtualClock(START_MS);
    expect(await timesOfCalls(new CallPacer(clock), clock, 3)).toEqual([0, 800, 1600]);
  });

  it("spaces calls after that, at nearly the rate that Slack allows", async () => {
    const clock = new VirtualClock(START_MS);
    const pacer = new CallPacer(clock);
    pacer.throttle();
    const times = await timesOfCalls(pacer, clock, 51);
    expect(times.at(-1)).toBeGreaterThan(60_000);
    expect(times.at(-1)).toBeLessThan(60_000 / 0.98);
  });

  it("does not make up for a pause", async () => {
    const clock = new VirtualClock(START_MS);
    const pacer = new CallPacer(clock);
    pacer.throttle();
    await pacer.turn(undefined);
    clock.advance(60_000);
    expect(await timesOfCalls(pacer, clock, 2)).toEqual([60_000, 61_212]);
  });

  it("ends a wait when the run is ended", async () => {
    const clock = new VirtualClock(START_MS);
    const pacer = new CallPacer(clock);
    pacer.throttle();
    await pacer.turn(undefined);
    await expect(pacer.turn(AbortSignal.abort("stop"))).rejects.toBe("stop");
  });
});
