import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, it } from "vitest";
import { SqliteWatchState } from "../../lib/local/sqlite-watch-state.ts";
import { Deliveries, type DeliveryReports } from "../../lib/notify/deliveries.ts";
import { type Alert, type Target, TargetUnavailableError } from "../../lib/notify/target.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { NOW_MS } from "./target-bed.ts";

const NEVER = 9_999_999_999;

/** A target that answers when it is told to. */
class SlowTarget {
  readonly received: string[] = [];
  #answer: (() => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  readonly send = ({ id }: Alert): Promise<void> => {
    this.received.push(id);
    return new Promise((resolve, reject) => {
      [this.#answer, this.#fail] = [resolve, reject];
    });
  };

  async answer(): Promise<void> {
    this.#answer?.();
    await turn();
  }

  async fail(error: Error): Promise<void> {
    this.#fail?.(error);
    await turn();
  }
}

/** What is ready to go on does. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Its waits end only when they are given up. */
class StandingClock extends VirtualClock {
  override sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  }
}

let state: SqliteWatchState;
let slow: SlowTarget;
let quick: string[];
beforeEach(() => {
  state = new SqliteWatchState(new DatabaseSync(":memory:"));
  slow = new SlowTarget();
  quick = [];
});

function raise(...ids: string[]): void {
  for (const id of ids) state.raise(makeAlert(id), ["slow", "quick"], NEVER);
}

function begin(clock = new VirtualClock(NOW_MS), reports: DeliveryReports = {}): Deliveries {
  const targets = new Map<string, Target>([
    ["slow", slow],
    ["quick", { send: async ({ id }: Alert) => void quick.push(id) }],
  ]);
  const deliveries = new Deliveries({ state, targets, clock, random: () => 0 }, 3, reports);
  deliveries.start();
  return deliveries;
}

function due(target: string): string | undefined {
  return state.nextDue(target, NOW_MS)?.alert.id;
}

it("lets nothing wait for a slow target: neither who starts it nor another target", async () => {
  raise("a", "b");
  const deliveries = begin();
  await turn();
  expect([slow.received, quick]).toEqual([["a"], ["a", "b"]]);
  raise("c");
  deliveries.start();
  await turn();
  expect([slow.received, quick]).toEqual([["a"], ["a", "b", "c"]]);
  for (const _ of "abc") await slow.answer();
  await deliveries.idle();
  expect(slow.received).toEqual(["a", "b", "c"]);
  expect(due("slow")).toBeUndefined();
});

it("asks a dead target once a start, and the others go on", async () => {
  raise("a", "b");
  const failures: string[] = [];
  const deliveries = begin(undefined, { onFailure: ({ id }) => failures.push(id) });
  await slow.fail(new TargetUnavailableError("down", {}));
  await deliveries.idle();
  expect([slow.received, quick, failures]).toEqual([["a"], ["a", "b"], ["a"]]);
  deliveries.start();
  expect(slow.received).toEqual(["a", "b"]);
});

it("stops when what is on its way has arrived, and sends nothing more", async () => {
  raise("a", "b");
  const deliveries = begin(new StandingClock(NOW_MS));
  let isStopped = false;
  const stopped = deliveries.stop(1000).then(() => {
    isStopped = true;
  });
  await turn();
  expect(isStopped).toBe(false);
  await slow.answer();
  await stopped;
  expect(slow.received).toEqual(["a"]);
  expect(due("slow")).toBe("b");
});

it("stops without a target that is silent, and leaves the alert to the next process", async () => {
  raise("a");
  const clock = new VirtualClock(NOW_MS);
  const deliveries = begin(clock);
  await deliveries.stop(1000);
  expect(clock.nowMs()).toBe(NOW_MS + 1000);
  state.close();
  state = new SqliteWatchState(new DatabaseSync(":memory:"));
  await slow.answer(); // nothing is noted in a state that is closed
  await expect(deliveries.idle()).resolves.toBeUndefined();
});

it("has what stopping interrupted sent again", async () => {
  raise("a");
  await begin().stop(1000);
  await slow.fail(new Error("aborted"));
  expect(state.nextDue("slow", NOW_MS)).toMatchObject({ alert: { id: "a" }, attempts: 0 });
});

it("says what went wrong with the state, and not with a target", async () => {
  raise("a");
  const deliveries = begin();
  state.close();
  await slow.answer();
  await expect(deliveries.idle()).rejects.toThrow("database is not open");
});
