import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../../lib/ports.ts";
import { RESERVE_MS } from "../../lib/stack/reserve.ts";
import { BrokenPromise } from "./broken-promise.ts";
import { causeIn, refuseBugs, refuseToken } from "./failures.ts";
import type { Scenario } from "./scenario.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { VirtualTime } from "./virtual-time.ts";

/** The adapters end a call to a store, its attempts together, within this; a put, within its own limit. */
const STORE_MS_MAX = 26_000;

/** How late a run may notice that its time is over: an answer on its way, a turn of a pacer. */
const NOTICE_MS_MAX = 5000;

/** Of a lease that is not renewed; those that stand still are woken around its end. */
const LEASE_MS = 16 * 60_000;

/** Which process a promise or a timer belongs to. */
const current = new AsyncLocalStorage<Process>();

/** Timers of the engine, and its compression, go by the time of the process that they belong to. */
export function currentProcess(): Process | undefined {
  return current.getStore();
}

/** A run of a function, or of a command, as the platform sees it. */
export class Process {
  readonly name: string;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly skewMs: number;
  /** Epoch milliseconds by its own clock; see `limits`. */
  readonly deadlineMs: number;
  isAlive = true;
  hasStoodStill = false;
  /** Virtual time until which it stands still. */
  frozenUntilMs = 0;
  /** What stores have taken after the deadline. */
  storeMsAfterDeadline = 0;
  /** Under which it holds leases and claims. */
  owner: string | undefined;
  onEnd: () => void = () => {};
  onCompression: () => void = () => {};

  constructor(platform: Platform, name: string, limitMs: number, skewMs: number) {
    this.platform = platform;
    this.name = name;
    this.skewMs = skewMs;
    const nowMs = () => platform.time.nowMs + skewMs;
    this.deadlineMs = nowMs() + limitMs - RESERVE_MS;
    this.clock = {
      nowMs,
      sleep: (ms, signal) => {
        if (nowMs() + ms > this.deadlineMs + NOTICE_MS_MAX) {
          platform.break(`${name} waits for ${ms} ms, past its deadline`);
        }
        const wait = platform.answer<void>(this, ms, () => undefined);
        return signal === undefined ? wait : Promise.race([wait, aborted(signal)]);
      },
    };
  }

  /** Plan something that happens to it; not while it stands still, nor when it is dead. */
  plan(delayMs: number, fire: () => void): () => void {
    const { time } = this.platform;
    let cancel = () => {};
    const whenAwake = () => {
      if (time.nowMs < this.frozenUntilMs) {
        cancel = time.plan(this.frozenUntilMs - time.nowMs, whenAwake);
      } else if (this.isAlive) {
        current.run(this, fire);
      }
    };
    cancel = time.plan(delayMs, whenAwake);
    return () => cancel();
  }

  end(how: string): void {
    if (this.isAlive) {
      this.isAlive = false;
      this.platform.log(this, () => how);
      this.onEnd();
    }
  }

  /** A run ends by itself, before the platform would end it. */
  assertInTime(how: string): void {
    const lateMs = this.clock.nowMs() - this.deadlineMs;
    if (!this.hasStoodStill && lateMs > this.storeMsAfterDeadline + NOTICE_MS_MAX) {
      this.platform.break(`${this.name} ${how} ${lateMs} ms after its deadline`);
    }
  }
}

/** Starts runs, and decides what happens to them and to their calls. */
export class Platform {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly scenario: Scenario;
  running = 0;
  isTroubled = true;
  #broken: Error | undefined;
  #runs = 0;
  readonly #trace: ((line: string) => void) | undefined;

  constructor(
    scenario: Scenario,
    random: SeededRandom,
    trace: ((line: string) => void) | undefined,
  ) {
    this.scenario = scenario;
    this.random = random;
    this.time = new VirtualTime(scenario.start * 1000);
    this.#trace = trace;
  }

  /** The promise is broken: the scenario ends here. */
  break(how: string | Error): void {
    this.#broken ??= typeof how === "string" ? new BrokenPromise(how) : how;
  }

  /**
   * Run something in a process of its own, which may be killed or stand still.
   *
   * @param isCommand - started in a terminal: no limit
   * @returns nothing when it was killed, or failed
   */
  run<T>(
    what: string,
    work: (process: Process) => Promise<T>,
    { isCommand = this.scenario.outlivesLimit } = {},
  ): Promise<T | undefined> {
    const process = this.#start(what, isCommand);
    return new Promise((resolve) => {
      process.onEnd = () => {
        this.running -= 1;
        resolve(undefined);
      };
      current
        .run(process, () => work(process))
        .then(
          (result) => {
            const cause = causeIn(result);
            this.#guarded(() => {
              process.assertInTime("ends");
              refuseToken(result, cause);
              refuseBugs(cause);
            });
            resolve(result);
            process.end(`ends: ${JSON.stringify(result)}`);
          },
          (error) => {
            this.#guarded(() => {
              refuseToken(error);
              refuseBugs(error);
            });
            process.end(`fails: ${error}`);
          },
        );
    });
  }

  #start(what: string, isCommand: boolean): Process {
    const { random, time, scenario } = this;
    const { runLimitMs, killChance, freezeChance, skewMsMax } = scenario;
    this.#runs += 1;
    this.running += 1;
    const limitMs = isCommand ? Number.POSITIVE_INFINITY : runLimitMs;
    const skewMs = random.integer(-skewMsMax, skewMsMax);
    const process = new Process(this, `${what} ${this.#runs}`, limitMs, skewMs);
    this.log(process, () => "starts");
    if (!isCommand) {
      time.plan(runLimitMs, () => {
        if (!process.isAlive) return;
        process.assertInTime("is at work");
        process.end("reaches its time limit");
      });
    }
    if (this.isTroubled && random.chance(killChance)) {
      const afterMs = random.integer(0, random.chance(0.5) ? 5000 : runLimitMs);
      time.plan(afterMs, () => process.end("is killed"));
    }
    if (this.isTroubled && random.chance(freezeChance)) {
      const frozenMs = isCommand
        ? random.chance(0.5)
          ? LEASE_MS - random.integer(-10_000, 70_000)
          : random.integer(1000, 3_600_000)
        : random.integer(1000, 2 * runLimitMs);
      const standStill = () => {
        process.onCompression = () => {};
        process.hasStoodStill = true;
        process.frozenUntilMs = time.nowMs + frozenMs;
        this.log(process, () => `stands still for ${frozenMs} ms`);
      };
      if (random.chance(0.3)) process.onCompression = standStill;
      else time.plan(random.integer(0, 20_000), standStill);
    }
    return process;
  }

  /**
   * A call to a store. It may fail before its effect or after, take its effect
   * although its answer was given up, be repeated by the adapter, or be slow.
   */
  store<T>(
    process: Process,
    what: () => string,
    effect: () => T,
    limitMs = STORE_MS_MAX,
  ): Promise<T> {
    const { random, isTroubled, scenario } = this;
    const isFaulty = isTroubled && random.chance(scenario.storeFaults);
    const isSlow = isTroubled && random.chance(0.02);
    const delayMs = random.integer(5, isSlow ? limitMs : 80);
    const lateFromMs = Math.max(process.clock.nowMs(), process.deadlineMs);
    process.storeMsAfterDeadline += Math.max(0, process.clock.nowMs() + delayMs - lateFromMs);
    const fault = isFaulty
      ? random.pick(["throttled", "answer lost", "given up", "repeated"])
      : undefined;
    const laterMs = fault === "given up" ? random.integer(0, limitMs - delayMs) : 0;
    return this.answer(process, delayMs, () => {
      this.log(process, () => `${what()}${fault === undefined ? "" : ` (${fault})`}`);
      if (fault === "throttled") throw new Error("SlowDown: reduce your request rate");
      if (fault === "given up") {
        this.time.plan(laterMs, () => {
          this.log(process, () => `${what()} takes effect`);
          this.#guarded(effect);
        });
        throw new Error("TimeoutError: no answer");
      }
      if (fault === "repeated") effect();
      const result = effect();
      if (fault === "answer lost") throw new Error("ECONNRESET: no answer");
      return result;
    });
  }

  /**
   * The effect takes place after `delayMs`; what was sent before its process
   * died takes effect or not. The answer comes when the process can take it,
   * and never to one that is dead.
   */
  answer<T>(process: Process, delayMs: number, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!process.isAlive) return;
      this.time.plan(delayMs, () => {
        if (!process.isAlive && this.random.chance(0.5)) return;
        let settle: () => void;
        try {
          const result = effect();
          settle = () => resolve(result);
        } catch (error) {
          if (error instanceof BrokenPromise) this.break(error);
          settle = () => reject(error);
        }
        if (this.time.nowMs < process.frozenUntilMs) {
          process.plan(0, settle);
        } else if (process.isAlive) {
          settle();
        }
      });
    });
  }

  async sleep(ms: number): Promise<void> {
    let isOver = false;
    this.time.plan(ms, () => {
      isOver = true;
    });
    await this.until(() => isOver);
  }

  async until(isDone: () => boolean): Promise<void> {
    await this.time.runUntil(() => {
      if (this.#broken !== undefined) throw this.#broken;
      return isDone();
    });
  }

  /** @throws what breaks the promise, meanwhile or before */
  async untilDone<T>(promise: Promise<T>): Promise<T> {
    let end: { value: T } | { error: unknown } | undefined;
    promise.then(
      (value) => (end = { value }),
      (error) => (end = { error }),
    );
    await this.until(() => end !== undefined);
    return promise;
  }

  log(process: Process | undefined, what: () => string): void {
    if (this.#trace === undefined) return;
    const seconds = (this.time.nowMs / 1000 - this.scenario.start).toFixed(3).padStart(9);
    // Owners of imports are random.
    const said = what().replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}/g, "(some id)");
    this.#trace(`${seconds} s  ${process?.name ?? "someone"}: ${said}`);
  }

  #guarded(effect: () => unknown): void {
    try {
      effect();
    } catch (error) {
      if (error instanceof BrokenPromise) this.break(error);
    }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
