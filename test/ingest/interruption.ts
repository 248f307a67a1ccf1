import type { IngestPorts } from "../../lib/ingest/ingest.ts";

/** What a process that is no more would have gone on to do. */
class Killed extends Error {
  override readonly name = "Killed";
}

export type Moment = "before" | "after";

/**
 * Ports that count what a run awaits of the bed, and interrupt it at one of
 * these: before the effect, or after it and before the answer.
 */
export class Interruption {
  readonly #at: number;
  readonly #moment: Moment;
  readonly #strike: () => void | Promise<void>;
  calls = 0;

  /** @param strike - what happens at that moment; what it throws, the run sees */
  constructor(at: number, moment: Moment, strike: () => void | Promise<void>) {
    this.#at = at;
    this.#moment = moment;
    this.#strike = strike;
  }

  wrap({ slack, archive, checkpoints, clock }: IngestPorts): IngestPorts {
    const around = this.#around.bind(this);
    return {
      slack: { logsPage: (query, options) => around(() => slack.logsPage(query, options)) },
      archive: {
        put: (...call) => around(() => archive.put(...call)),
        get: (...call) => around(() => archive.get(...call)),
        list: async function* (prefix) {
          const objects = archive.list(prefix)[Symbol.asyncIterator]();
          for (;;) {
            const next = await around(() => objects.next());
            if (next.done) {
              return;
            }
            yield next.value;
          }
        },
      },
      checkpoints: {
        acquire: (...call) => around(() => checkpoints.acquire(...call)),
        save: (...call) => around(() => checkpoints.save(...call)),
        release: (...call) => around(() => checkpoints.release(...call)),
        read: (...call) => around(() => checkpoints.read(...call)),
        claim: (...call) => around(() => checkpoints.claim(...call)),
        unclaim: (...call) => around(() => checkpoints.unclaim(...call)),
        claims: (...call) => around(() => checkpoints.claims(...call)),
        writers: (...call) => around(() => checkpoints.writers(...call)),
      },
      clock: {
        nowMs: () => clock.nowMs(),
        sleep: (...call) => around(() => clock.sleep(...call)),
      },
    };
  }

  async #around<T>(effect: () => Promise<T>): Promise<T> {
    this.calls += 1;
    const isHere = this.calls === this.#at;
    if (isHere && this.#moment === "before") {
      await this.#strike();
    }
    const result = await effect();
    if (isHere && this.#moment === "after") {
      await this.#strike();
    }
    return result;
  }
}

/** Kills the run at its `at`-th await: from then on nothing it does has an effect. */
export function killAt(at: number, moment: Moment, ports: IngestPorts): IngestPorts {
  let isDead = false;
  const kill = new Interruption(at, moment, () => {
    isDead = true;
    throw new Killed();
  });
  const everyAwait = new Proxy(kill.wrap(ports), {
    get: (target, port: keyof IngestPorts) =>
      new Proxy(target[port], {
        get: (methods, name) => {
          const method = Reflect.get(methods, name);
          return (...call: unknown[]) => {
            if (isDead && name !== "nowMs") {
              throw new Killed();
            }
            return Reflect.apply(method, methods, call);
          };
        },
      }),
  });
  return everyAwait;
}

/** How many awaits of the bed an undisturbed run makes. */
export async function countAwaits(
  ports: IngestPorts,
  run: (ports: IngestPorts) => Promise<unknown>,
): Promise<number> {
  const counter = new Interruption(0, "before", () => {});
  await run(counter.wrap(ports));
  return counter.calls;
}
