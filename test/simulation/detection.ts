import type { Rule } from "../../lib/detect/rule.ts";
import { MemoryAlertLedger } from "../fakes/memory-alert-ledger.ts";
import { MemoryCorrelationStore } from "../fakes/memory-correlation-store.ts";
import { MemorySeenNamesStore } from "../fakes/memory-seen-names-store.ts";
import { BrokenPromise } from "./broken-promise.ts";
import type { Engine } from "./engine.ts";
import type { Platform, Process } from "./platform.ts";
import { linesOf } from "./promises.ts";
import type { SimulatedArchive } from "./simulated-archive.ts";

/** Until a message is delivered again that was not done with. */
const VISIBILITY_MS = 6 * 60_000;

const MAX_ENTRY_AGE_SECONDS = 30 * 86_400;

/** Every login is an alert of its own. */
const RULE: Rule = {
  ...{ id: "login", title: "Login", severity: "info", reason: "", techniques: [], reference: "" },
  actions: ["user_login"],
  alertTitle: () => "A login",
  dedupeKey: ({ id }) => id,
  examples: { match: [], ignore: [] },
};

/** The queue of new objects of a source, and the function that runs the rules on them. */
export class Detection {
  readonly #engine: Engine;
  readonly #platform: Platform;
  readonly #archive: SimulatedArchive;
  readonly #source: string;
  readonly #ledger = new MemoryAlertLedger();
  readonly #correlations = new MemoryCorrelationStore();
  readonly #names: InstanceType<Engine["SeenNames"]>;
  readonly #detector: InstanceType<Engine["Detector"]>;
  /** How often an alert of each entry was published. */
  readonly #published = new Map<string, number>();
  /** How often an attempt at an object did not end well, or took longer than it should. */
  readonly #interrupted = new Map<string, number>();

  constructor(engine: Engine, platform: Platform, archive: SimulatedArchive, source: string) {
    this.#engine = engine;
    this.#platform = platform;
    this.#archive = archive;
    this.#source = source;
    this.#names = new engine.SeenNames(new MemorySeenNamesStore());
    this.#detector = new engine.Detector({
      rules: [RULE],
      context: { ownAppIds: [], ownInstallerIds: [] },
      periodSeconds: 3600,
    });
  }

  /** An object was created: its event is delivered once, or twice. */
  deliver(key: string): void {
    const { random, time, isTroubled } = this.#platform;
    const createdAt = time.nowMs;
    const deliveries = isTroubled && random.chance(0.1) ? 2 : 1;
    for (let delivery = 1; delivery <= deliveries; delivery++) {
      time.plan(random.integer(100, 30_000), () => void this.#consume(key, createdAt));
    }
  }

  /** @throws {BrokenPromise} when an alert was lost, or published twice without a cause */
  check(keys: readonly string[]): void {
    for (const key of keys) {
      const publicationsMax = 1 + (this.#interrupted.get(key) ?? 0);
      for (const line of linesOf(this.#archive.get(key))) {
        const { id, action } = JSON.parse(line);
        const publications = this.#published.get(id) ?? 0;
        // Whoever rewrote a line may have done so before the rules saw it.
        const isExpected = action === "user_login";
        if ((isExpected && publications === 0) || publications > publicationsMax) {
          throw new BrokenPromise(`an alert on ${id} was published ${publications} times`);
        }
      }
    }
  }

  async #consume(key: string, createdAt: number): Promise<void> {
    const engine = this.#engine;
    const platform = this.#platform;
    let isDone = false;
    await platform.run(`${this.#source}: detection`, async (process) => {
      const settings = { maxEntryAgeSeconds: MAX_ENTRY_AGE_SECONDS, owner: process.name };
      const ports = this.#portsOf(process);
      const consumed = await engine.consumeObject({ key, createdAt }, ports, settings);
      isDone = !process.hasStoodStill;
      return consumed;
    });
    if (isDone) return;
    this.#interrupted.set(key, (this.#interrupted.get(key) ?? 0) + 1);
    platform.time.plan(VISIBILITY_MS, () => void this.#consume(key, createdAt));
  }

  #portsOf(process: Process) {
    const platform = this.#platform;
    const ledger = this.#ledger;
    const call = <T>(what: string, effect: () => T) =>
      platform.store(process, () => what, effect).then((result) => result);
    return {
      clock: process.clock,
      detector: this.#detector,
      vocabulary: this.#names,
      correlations: this.#correlations,
      archive: {
        get: (key: string) => call(`get ${key}`, () => this.#archive.get(key)),
      },
      ledger: {
        claim: (...[id, ...rest]: Parameters<MemoryAlertLedger["claim"]>) =>
          call(`claim ${id}`, () => ledger.claim(id, ...rest)).then((outcome) => outcome),
        markPublished: async (id: string) => {
          await call(`mark ${id}`, () => ledger.markPublished(id));
        },
      },
      sink: {
        publish: ({ data }: { data: unknown }) => {
          const { entry } = data as { entry: { id: string } };
          // What the SDK repeats is one publication: SNS may deliver it twice.
          let isSent = false;
          return call(`publish ${entry.id}`, () => {
            if (isSent) return;
            isSent = true;
            this.#published.set(entry.id, (this.#published.get(entry.id) ?? 0) + 1);
          });
        },
      },
    };
  }
}
