import { inspect } from "node:util";
import { BrokenPromise } from "./broken-promise.ts";
import { checkArchive } from "./check-archive.ts";
import { Detection } from "./detection.ts";
import type { Engine } from "./engine.ts";
import { ALLOWED_LATENESS_SECONDS } from "./entries.ts";
import { Platform } from "./platform.ts";
import { Promises } from "./promises.ts";
import { makeScenario, type Scenario, type SourceScenario } from "./scenario.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SimulatedArchive } from "./simulated-archive.ts";
import { SimulatedColumns } from "./simulated-columns.ts";
import { SimulatedSlack } from "./simulated-slack.ts";
import { SimulatedTable } from "./simulated-table.ts";
import { Tamperer } from "./tamperer.ts";
import { Writers } from "./writers.ts";

/** Rounds without trouble after which nothing may be left to do. */
const QUIET_ROUNDS_MAX = 40;

/** Lets leases of dead runs and every wait that Slack asked for run out. */
const QUIET_MS = 2 * 3_600_000;

/** Between runs that call Slack, so that it allows calls again. */
const REFILL_MS = 60_000;

/**
 * One scenario: the engine in virtual time, with whatever the seed lets happen.
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

/** One organization, and all that works on it. */
interface Organization {
  source: SourceScenario;
  writers: Writers;
  promises: Promises;
  tamperer: Tamperer;
  /** Absent: no rules run on what is stored. */
  detection: Detection | undefined;
}

class TestBed {
  readonly #engine: Engine;
  readonly #scenario: Scenario;
  readonly #platform: Platform;
  readonly #random: SeededRandom;
  readonly #archive: SimulatedArchive;
  readonly #organizations: Organization[];

  constructor(engine: Engine, seed: number, trace: ((line: string) => void) | undefined) {
    this.#engine = engine;
    this.#random = new SeededRandom(seed);
    this.#scenario = makeScenario(this.#random);
    trace?.(inspect(this.#scenario, { depth: 4, breakLength: 120 }));
    const platform = new Platform(this.#scenario, this.#random, trace);
    this.#platform = platform;
    const nowMs = () => platform.time.nowMs;
    const archive = new SimulatedArchive(engine, platform);
    this.#archive = archive;
    const table: SimulatedTable = new SimulatedTable((key, before, after) =>
      this.#promisesOf(key)?.onUpdate(key, before, after),
    );
    const columns = new SimulatedColumns(engine, platform, archive);
    const world = { engine, platform, archive, columns, table };
    this.#organizations = this.#scenario.sources.map((source) => {
      const slack = new SimulatedSlack(source, this.#random, nowMs);
      const promises = new Promises(source, this.#scenario, archive, table.items, nowMs);
      const writers = new Writers(world, source, slack, promises);
      const tamperer = new Tamperer(source, promises, archive, platform);
      const detection = source.isWatched
        ? new Detection(engine, platform, archive, source.name)
        : undefined;
      promises.onObject = (key) => detection?.deliver(key);
      return { source, writers, promises, tamperer, detection };
    });
  }

  async live(): Promise<void> {
    await this.#troubledTimes();
    this.#platform.isTroubled = false;
    await this.#platform.sleep(QUIET_MS);
    for (const organization of this.#organizations) {
      await this.#finish(organization);
    }
    await checkArchive(
      this.#engine,
      this.#scenario,
      this.#archive,
      this.#organizations,
      this.#random,
    );
  }

  async #troubledTimes(): Promise<void> {
    const random = this.#random;
    const platform = this.#platform;
    const { duplicateChance, gapChance, troubleUntil, scheduleMs } = this.#scenario;
    const endMs = (troubleUntil + ALLOWED_LATENESS_SECONDS) * 1000;
    while (platform.time.nowMs < endMs) {
      for (const organization of this.#organizations) {
        const { writers } = organization;
        if (!random.chance(gapChance)) {
          void this.#ingest(writers);
        }
        if (random.chance(duplicateChance)) {
          const afterMs = random.integer(0, random.chance(0.5) ? 5000 : scheduleMs);
          platform.time.plan(afterMs, () => void this.#ingest(writers));
        }
        if (this.#scenario.hasAllWriters) this.#startOthers(organization);
      }
      await platform.sleep(random.chance(gapChance) ? 4 * scheduleMs : scheduleMs);
    }
    await platform.until(() => platform.running === 0);
  }

  /** A live run; when it is interrupted, perhaps a seal before the next; when it fails, perhaps another at once. */
  async #ingest(writers: Writers): Promise<void> {
    const random = this.#random;
    const summary = await writers.ingest();
    const isInterrupted = summary !== undefined && summary.outcome !== "caught_up";
    if (isInterrupted && this.#scenario.hasAllWriters && random.chance(0.5)) {
      this.#platform.time.plan(random.integer(0, 60_000), () => void writers.seal(0));
    }
    if (summary?.outcome === "failed" && random.chance(this.#scenario.retryChance)) {
      this.#platform.time.plan(random.integer(0, 5000), () => void this.#ingest(writers));
    }
  }

  /** Whoever else writes, begins at any moment until the next live run. */
  #startOthers({ writers, tamperer }: Organization): void {
    const random = this.#random;
    const { time } = this.#platform;
    const { scheduleMs } = this.#scenario;
    const start = (chance: number, what: () => unknown) => {
      if (random.chance(chance)) time.plan(random.integer(0, scheduleMs), () => void what());
    };
    start(0.3, () => writers.planBackfill(random.chance(0.5) ? random.integer(0, 1_800_000) : 0));
    for (const span of writers.unfinishedSpans) {
      start(0.7, () => writers.backfill(span));
    }
    start(0.15, () => writers.import());
    start(0.5, () => writers.seal(0));
    start(0.3, () => writers.seal(random.integer(0, 1_800_000)));
    start(0.2, () => tamperer.tamper());
    start(0.3, () => writers.writeColumns());
  }

  /** A bounded number of rounds without trouble leaves nothing to do. */
  async #finish({ writers, promises }: Organization): Promise<void> {
    const platform = this.#platform;
    const { hasAllWriters, scheduleMs } = this.#scenario;
    for (let rounds = 0, quiet = 0; quiet < 2; rounds++) {
      if (rounds === QUIET_ROUNDS_MAX) {
        throw new BrokenPromise(`${writers.source}: no end of work after ${rounds} rounds`);
      }
      const before = promises.archived.size;
      const summary = await platform.untilDone(writers.ingest());
      let isDone = summary?.outcome === "caught_up" && promises.archived.size === before;
      if (hasAllWriters) {
        for (const span of writers.unfinishedSpans) {
          await platform.sleep(REFILL_MS);
          await platform.untilDone(writers.backfill(span));
          isDone = false;
        }
        if (!writers.hasImported) await platform.untilDone(writers.import());
        const days = await platform.untilDone(writers.daysToSeal());
        if (days?.length !== 0) {
          await platform.sleep(REFILL_MS);
          await platform.untilDone(writers.seal(0));
          isDone = false;
        }
        // A day that was rewritten after it had been described is never in columns.
        const refused = await platform.untilDone(writers.writeColumns());
        if (writers.daysWithoutColumns.some(({ day }) => !refused.includes(day))) isDone = false;
      }
      await platform.sleep(scheduleMs);
      quiet = isDone ? quiet + 1 : 0;
    }
  }

  #promisesOf(key: string): Promises | undefined {
    const source = key.split("#", 1)[0];
    return this.#organizations.find(({ promises }) => promises.source === source)?.promises;
  }
}
