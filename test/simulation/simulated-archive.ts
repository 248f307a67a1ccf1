import { PUT_LIMIT_MS } from "../../lib/aws/s3-archive-store.ts";
import type { ArchiveStore, StoredObject } from "../../lib/ports.ts";
import type { Engine } from "./engine.ts";
import type { Platform, Process } from "./platform.ts";

/** Told of each write, when it is sent and when it takes effect. */
export interface Witness {
  onSend(process: Process, key: string): void;
  /** Nothing is there under the key yet. */
  onCreate(process: Process, key: string, body: Uint8Array): void;
}

/** The bucket. */
export class SimulatedArchive {
  readonly objects = new Map<string, Uint8Array>();
  readonly #engine: Engine;
  readonly #platform: Platform;

  constructor(engine: Engine, platform: Platform) {
    this.#engine = engine;
    this.#platform = platform;
  }

  /** As a process reaches it. */
  storeFor(process: Process, witness: Witness): ArchiveStore {
    const platform = this.#platform;
    const put = (key: string, body: Uint8Array) => {
      if (this.objects.has(key)) return "exists";
      witness.onCreate(process, key, body);
      this.objects.set(key, body);
      return "created";
    };
    return {
      put: async (key, body) => {
        try {
          witness.onSend(process, key);
        } catch (error) {
          platform.break(error as Error);
          throw error;
        }
        return platform.store(
          process,
          () => `put ${key}`,
          () => put(key, body),
          PUT_LIMIT_MS,
        );
      },
      get: (key) =>
        platform.store(
          process,
          () => `get ${key}`,
          () => this.get(key),
        ),
      list: async function* (this: SimulatedArchive, prefix: string) {
        yield* await platform.store(
          process,
          () => `list ${prefix}`,
          () => this.list(prefix),
        );
      }.bind(this),
    };
  }

  /** Without any faults, for whoever looks at it from outside. */
  get asStore(): ArchiveStore {
    return {
      put: () => Promise.reject(new Error("not to be written to")),
      get: async (key) => this.get(key),
      list: async function* (this: SimulatedArchive, prefix: string) {
        yield* this.list(prefix);
      }.bind(this),
    };
  }

  get(key: string): Uint8Array {
    const body = this.objects.get(key);
    if (body === undefined) throw new this.#engine.ObjectMissingError(key);
    return body;
  }

  list(prefix: string): StoredObject[] {
    return this.keys(prefix).map((key) => ({ key, sizeBytes: this.get(key).byteLength }));
  }

  /** Ascending. */
  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}
