import { inspect } from "node:util";
import { parseObjectKey } from "../../lib/archive/object-key.ts";
import type { IngestPorts } from "../../lib/ingest/ingest.ts";
import type { Checkpoint, CheckpointStatus, Lease } from "../../lib/ports.ts";
import type { Logger } from "../../lib/slack/logger.ts";
import { hourOf } from "../../lib/time.ts";
import { MemoryCheckpointStore } from "../fakes/memory-checkpoint-store.ts";
import { type Engine, unstore } from "./engine.ts";
import {
  ALLOWED_LATENESS_SECONDS,
  CLOCK_SKEW_MS_MAX,
  EPOCH,
  makeScenario,
  type Scenario,
  SETTLE_DELAY_SECONDS,
  type SimulatedEntry,
} from "./scenario.ts";
import { SeededRandom } from "./seeded-random.ts";
import { FIRST_TOKEN, SimulatedSlack, toResponse } from "./simulated-slack.ts";
import { VirtualTime } from "./virtual-time.ts";

const SOURCE = "acme";
const SCHEDULE_MS = 300_000;
/** What the handler keeps of its time to store and save. */
const RESERVE_MS = 15_000;
/** Runs without trouble after which nothing may be left to do. */
const QUIET_RUNS_MAX = 40;
/** The engine and the adapters end a write within this; see ADR 4. */
const WRITE_MS_MAX = 25_000;

const TOKEN_START = FIRST_TOKEN.slice(0, -1);

/** The promise does not hold in the world of this seed. */
class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}

/**
 * One world: the engine in virtual time, with whatever the seed lets happen.
 *
 * @param trace - takes a line for everything that happens
 * @throws {BrokenPromise} which says what does not hold
 */
export async function simulate(
  engine: Engine,
  seed: number,
  trace?: (line: string) => void,
): Promise<void> {
  await new TestBed(engine, seed, trace).live();
}

/** A run of the function, as the platform sees it. */
interface Process {
  name: string;
  isAlive: boolean;
  /** Virtual time until which it stands still. */
  frozenUntilMs: number;
  clockSkewMs: number;
}

class TestBed {
  readonly #engine: Engine;
  readonly #random: SeededRandom;
  readonly #scenario: Scenario;
  readonly #time = new VirtualTime(EPOCH * 1000);
  readonly #slack: SimulatedSlack;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #objects = new Map<string, Uint8Array>();
  readonly #archived = new Map<string, string>();
  readonly #quarantined = new Set<string>();
  /** On-time entries, oldest first: what must be archived below a watermark. */
  readonly #onTime: SimulatedEntry[];
  #checked = 0;
  readonly #claims = new MemoryCheckpointStore();
  #item: CheckpointStatus | undefined;
  #running = 0;
  #runs = 0;
  #isTroubled = true;
  #broken: BrokenPromise | undefined;

  constructor(engine: Engine, seed: number, trace: ((line: string) => void) | undefined) {
    this.#engine = engine;
    this.#random = new SeededRandom(seed);
    this.#scenario = makeScenario(this.#random);
    this.#trace = trace;
    this.#slack = new SimulatedSlack(this.#scenario, this.#random, () => this.#time.nowMs);
    this.#onTime = this.#scenario.entries
      .filter(({ id, dateCreate, visibleAtMs }) => {
        const settledAtMs = (dateCreate + SETTLE_DELAY_SECONDS) * 1000 - 2 * CLOCK_SKEW_MS_MAX;
        return id !== undefined && visibleAtMs <= settledAtMs;
      })
      .sort((a, b) => a.dateCreate - b.dateCreate);
    trace?.(inspect({ ...this.#scenario, entries: this.#scenario.entries.length }));
  }

  async live(): Promise<void> {
    await this.#troubledTimes();
    this.#isTroubled = false;
    // Lets leases of dead runs and every wait that Slack asked for run out.
    await this.#sleep(2 * 3_600_000);
    for (let runs = 0, quiet = 0; quiet < 2; runs++) {
      if (runs === QUIET_RUNS_MAX) {
        throw new BrokenPromise(`no end of work after ${runs} undisturbed runs`);
      }
      const before = this.#archived.size;
      const summary = await this.#untilDone(this.#run());
      await this.#sleep(SCHEDULE_MS);
      quiet = summary?.outcome === "caught_up" && this.#archived.size === before ? quiet + 1 : 0;
    }
    this.#checkTruth();
  }

  async #troubledTimes(): Promise<void> {
    const random = this.#random;
    const { duplicateChance, gapChance, troubleUntil } = this.#scenario;
    const endMs = (troubleUntil + ALLOWED_LATENESS_SECONDS) * 1000;
    while (this.#time.nowMs < endMs) {
      if (!random.chance(gapChance)) {
        void this.#run();
      }
      if (random.chance(duplicateChance)) {
        this.#time.plan(random.integer(0, 5000), () => void this.#run());
      }
      await this.#sleep(random.chance(gapChance) ? 4 * SCHEDULE_MS : SCHEDULE_MS);
    }
    await this.#until(() => this.#running === 0);
  }

  /** One invocation of the function; killed at its time limit, or earlier. */
  async #run() {
    const random = this.#random;
    const { runLimitMs, killChance, freezeChance, outlivesLimit } = this.#scenario;
    this.#runs += 1;
    this.#running += 1;
    const process: Process = {
      name: `run ${this.#runs}`,
      isAlive: true,
      frozenUntilMs: 0,
      clockSkewMs: random.integer(-CLOCK_SKEW_MS_MAX, CLOCK_SKEW_MS_MAX),
    };
    let hasEnded = false;
    const end = (how: string) => {
      if (!hasEnded) {
        hasEnded = true;
        process.isAlive = false;
        this.#running -= 1;
        this.#log(process, () => how);
      }
    };
    this.#log(process, () => "starts");
    if (!outlivesLimit) {
      this.#time.plan(runLimitMs, () => end("reaches its time limit"));
    }
    if (this.#isTroubled && random.chance(killChance)) {
      this.#time.plan(random.integer(0, random.chance(0.5) ? 5000 : runLimitMs), () =>
        end("is killed"),
      );
    }
    if (this.#isTroubled && random.chance(freezeChance)) {
      const frozenMs = random.integer(1000, outlivesLimit ? 3_600_000 : 2 * runLimitMs);
      this.#time.plan(random.integer(0, 20_000), () => {
        process.frozenUntilMs = this.#time.nowMs + frozenMs;
        this.#log(process, () => `stands still for ${frozenMs} ms`);
      });
    }
    const clockMs = () => this.#time.nowMs + process.clockSkewMs;
    const summary = await this.#engine.ingest(
      this.#portsOf(process, clockMs),
      {
        source: SOURCE,
        owner: process.name,
        firstStart: EPOCH,
        settleDelaySeconds: SETTLE_DELAY_SECONDS,
        allowedLatenessSeconds: ALLOWED_LATENESS_SECONDS,
        pageLimit: this.#scenario.pageLimit,
        crossesHours: this.#scenario.crossesHours,
      },
      {
        deadlineMs: outlivesLimit ? Number.POSITIVE_INFINITY : clockMs() + runLimitMs - RESERVE_MS,
      },
    );
    end(`ends: ${JSON.stringify(summary)}`);
    this.#checkSecrecy(summary, this.#engine.causeOf(summary));
    this.#checkFailure(this.#engine.causeOf(summary));
    return summary;
  }

  #portsOf(process: Process, clockMs: () => number): IngestPorts {
    const call = <T>(what: () => string, effect: () => T) => this.#call(process, what, effect);
    const clock = {
      nowMs: clockMs,
      sleep: (ms: number) => this.#answer<void>(process, ms, () => undefined),
    };
    let token: string | undefined;
    return {
      clock,
      slack: this.#engine.createSlackSource({
        tokens: {
          get: async () => (token ??= this.#slack.token),
          refresh: async () => (token = this.#slack.token),
        },
        clock,
        logger: this.#logger,
        random: () => this.#random.next(),
        fetch: (async (href: string, init: { headers: Record<string, string> }) =>
          this.#answer(process, this.#random.integer(50, 1500), () => {
            const answer = this.#slack.respond(href, init.headers.authorization, this.#isTroubled);
            this.#log(
              process,
              () =>
                `GET ${decodeURIComponent(href)} → ${answer.status} ${answer.body.slice(0, 200)}`,
            );
            return toResponse(answer);
          })) as unknown as typeof fetch,
      }),
      archive: {
        put: async (key, body) => {
          this.#checkWriter(process);
          return call(
            () => `put ${key}`,
            () => this.#put(key, body),
          );
        },
        get: (key) =>
          call(
            () => `get ${key}`,
            () => {
              const body = this.#objects.get(key);
              if (body === undefined) {
                throw new this.#engine.ObjectMissingError(key);
              }
              return body;
            },
          ),
        list: (prefix) => this.#list(process, prefix),
      },
      checkpoints: {
        acquire: (_, lease, nowMs) =>
          call(
            () => "acquire",
            () => {
              const holder = this.#item?.lease;
              if (holder && holder.owner !== lease.owner && holder.expiresAt > nowMs) {
                return { held: false as const, heldBy: holder };
              }
              this.#item = { checkpoint: this.#item?.checkpoint, lease, updatedAt: nowMs };
              return { held: true as const, checkpoint: this.#item.checkpoint };
            },
          ),
        save: (_, lease, checkpoint, nowMs) =>
          call(
            () => `save ${JSON.stringify(checkpoint)}`,
            () => this.#save(lease, checkpoint, nowMs),
          ),
        release: (_, owner, nowMs) =>
          call(
            () => "release",
            () => {
              if (this.#item?.lease?.owner === owner) {
                this.#item = {
                  checkpoint: this.#item.checkpoint,
                  lease: undefined,
                  updatedAt: nowMs,
                };
              }
            },
          ),
        claim: (_, claim, nowMs) =>
          call(
            () => `claim ${claim.range.from}-${claim.range.until}`,
            () => this.#claims.claim(SOURCE, claim, nowMs),
          ).then((claimed) => claimed),
        unclaim: async (_, writer, owner) => {
          await call(
            () => "unclaim",
            () => this.#claims.unclaim(SOURCE, writer, owner),
          );
        },
        claims: () => this.#claims.claims(SOURCE),
        read: async () => this.#item,
        lanes: async (lane) => (this.#item ? [{ lane, ...this.#item }] : []),
      },
    };
  }

  /** A call to a store: it may fail before its effect or after, and it may be slow. */
  async #call<T>(process: Process, what: () => string, effect: () => T): Promise<T> {
    const random = this.#random;
    const isFaulty = this.#isTroubled && random.chance(this.#scenario.storeFaults);
    const isSlow = this.#isTroubled && random.chance(0.02);
    const fails = isFaulty ? random.pick(["before", "after"]) : undefined;
    return this.#answer(process, random.integer(5, isSlow ? WRITE_MS_MAX : 80), () => {
      this.#log(process, () => `${what()}${fails ? ` fails ${fails} its effect` : ""}`);
      if (fails === "before") {
        throw new Error("store unavailable");
      }
      const result = effect();
      if (fails === "after") {
        throw new Error("answer lost");
      }
      return result;
    });
  }

  /**
   * The effect takes place after `delayMs`; what was sent before its process
   * died takes effect or not. The answer comes when the process can take it,
   * and never to one that is dead.
   */
  #answer<T>(process: Process, delayMs: number, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!process.isAlive) {
        return;
      }
      this.#time.plan(delayMs, () => {
        if (!process.isAlive && this.#random.chance(0.5)) {
          return;
        }
        let settle: () => void;
        try {
          const result = effect();
          settle = () => resolve(result);
        } catch (error) {
          if (error instanceof BrokenPromise) {
            this.#broken ??= error;
          }
          settle = () => reject(error);
        }
        const whenAwake = () => {
          if (this.#time.nowMs < process.frozenUntilMs) {
            this.#time.plan(process.frozenUntilMs - this.#time.nowMs, whenAwake);
          } else if (process.isAlive) {
            settle();
          }
        };
        whenAwake();
      });
    });
  }

  async *#list(process: Process, prefix: string) {
    const keys = await this.#call(
      process,
      () => `list ${prefix}`,
      () => [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    );
    for (const key of keys) {
      yield { key, sizeBytes: this.#objects.get(key)?.byteLength ?? 0 };
    }
  }

  #put(key: string, body: Uint8Array): "created" | "exists" {
    if (this.#objects.has(key)) {
      return "exists";
    }
    this.#objects.set(key, body);
    const name = parseObjectKey(key);
    for (const line of unstore(body).toString().trimEnd().split("\n")) {
      if (line.includes(TOKEN_START)) {
        throw new BrokenPromise(`the token stands in ${key}`);
      }
      if (name === undefined) {
        this.#quarantined.add(line);
        continue;
      }
      const { id, date_create: second } = JSON.parse(line);
      if (this.#archived.has(id)) {
        throw new BrokenPromise(`${id} stands twice, the second time in ${key}`);
      }
      const isInRange = second >= name.minDateCreate && second <= name.maxDateCreate;
      if (!isInRange || hourOf(second) !== hourOf(name.minDateCreate)) {
        throw new BrokenPromise(`${id} of ${second} stands in ${key}`);
      }
      this.#archived.set(id, line);
    }
    return "created";
  }

  #save(lease: Lease, checkpoint: Checkpoint, nowMs: number): void {
    if (this.#item?.lease?.owner !== lease.owner) {
      throw new this.#engine.LeaseLostError(SOURCE);
    }
    const { watermark } = checkpoint;
    const before = this.#item.checkpoint?.watermark ?? EPOCH;
    if (watermark < before) {
      throw new BrokenPromise(`the watermark went back from ${before} to ${watermark}`);
    }
    this.#item = { checkpoint, lease, updatedAt: nowMs };
    for (
      ;
      (this.#onTime[this.#checked]?.dateCreate ?? Number.POSITIVE_INFINITY) < watermark;
      this.#checked++
    ) {
      const { id = "", dateCreate } = this.#onTime[this.#checked] ?? {};
      if (!this.#archived.has(id)) {
        throw new BrokenPromise(
          `watermark ${watermark}, but ${id} of ${dateCreate} is not archived`,
        );
      }
    }
  }

  /** At the moment of a write: nobody else may have become the writer. */
  #checkWriter(process: Process): void {
    const holder = this.#item?.lease?.owner;
    if (process.isAlive && holder !== process.name) {
      this.#broken ??= new BrokenPromise(
        `${process.name} writes while ${holder ?? "nobody"} holds the lease`,
      );
    }
  }

  #checkTruth(): void {
    for (const { id, text } of this.#scenario.entries) {
      if (id === undefined ? !this.#quarantined.has(text) : !this.#archived.has(id)) {
        throw new BrokenPromise(`lost: ${text}`);
      }
      if (id !== undefined && this.#archived.get(id) !== text) {
        throw new BrokenPromise(`not verbatim: ${this.#archived.get(id)} was ${text}`);
      }
    }
  }

  #checkSecrecy(...shown: unknown[]): void {
    if (shown.some((value) => showAll(value).includes(TOKEN_START))) {
      throw new BrokenPromise("the token is shown");
    }
  }

  /** What the client logs, too. */
  readonly #logger = Object.fromEntries(
    ["debug", "info", "warn", "error"].map((level) => [
      level,
      (...said: unknown[]) => {
        if (JSON.stringify(said).includes(TOKEN_START)) {
          this.#broken ??= new BrokenPromise(`the token is in the log: ${said[0]}`);
        }
      },
    ]),
  ) as unknown as Logger;

  /** A run may fail by what happened to it, not by itself. */
  #checkFailure(cause: Error | undefined): void {
    if (
      cause instanceof TypeError ||
      cause instanceof RangeError ||
      cause instanceof ReferenceError
    ) {
      throw cause;
    }
  }

  async #untilDone<T>(promise: Promise<T>): Promise<T | undefined> {
    let settled: { value: T } | { error: unknown } | undefined;
    promise.then(
      (value) => (settled = { value }),
      (error) => (settled = { error }),
    );
    const { runLimitMs } = this.#scenario;
    const limitMs = this.#time.nowMs + runLimitMs;
    await this.#until(() => settled !== undefined || this.#time.nowMs > limitMs);
    const end = settled as { value: T } | { error: unknown } | undefined;
    if (end !== undefined && "error" in end) {
      throw end.error;
    }
    return end?.value;
  }

  async #sleep(ms: number): Promise<void> {
    let isOver = false;
    this.#time.plan(ms, () => {
      isOver = true;
    });
    await this.#until(() => isOver);
  }

  async #until(isDone: () => boolean): Promise<void> {
    await this.#time.runUntil(() => {
      if (this.#broken !== undefined) {
        throw this.#broken;
      }
      return isDone();
    });
  }

  #log(process: Process, what: () => string): void {
    this.#trace?.(
      `${((this.#time.nowMs - EPOCH * 1000) / 1000).toFixed(3).padStart(9)} s  ${process.name}: ${what()}`,
    );
  }
}

/** Everything that a value could show of itself, its causes included. */
function showAll(value: unknown): string {
  if (!(value instanceof Error)) {
    return JSON.stringify(value) ?? "";
  }
  const { name, message, stack, cause, ...fields } = value;
  return `${name}${message}${stack}${JSON.stringify(fields)}${showAll(cause)}`;
}
