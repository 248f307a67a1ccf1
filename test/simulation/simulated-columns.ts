import { dayPrefix, PREFIXES } from "../../lib/archive/object-key.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import type { ColumnsMark } from "../../lib/columns/columns-mark.ts";
import type { ColumnsStore } from "../../lib/columns/write-day-columns.ts";
import type { Manifest } from "../../lib/seal/manifest.ts";
import { BrokenPromise } from "./broken-promise.ts";
import type { Engine } from "./engine.ts";
import type { Platform, Process } from "./platform.ts";
import { linesOf } from "./promises.ts";
import type { SimulatedArchive } from "./simulated-archive.ts";

/** A day in columns: its lines, by the hour. */
type Day = ReadonlyMap<number, readonly string[]>;

/** The lake's columns: a table that is filled from lines, and not always with all of them. */
export class SimulatedColumns {
  readonly #engine: Engine;
  readonly #platform: Platform;
  readonly #archive: SimulatedArchive;
  /** By source and day. */
  readonly #days = new Map<string, Day>();
  readonly #marks = new Map<string, ColumnsMark>();

  constructor(engine: Engine, platform: Platform, archive: SimulatedArchive) {
    this.#engine = engine;
    this.#platform = platform;
    this.#archive = archive;
  }

  /** As a process reaches it. */
  storeFor(process: Process): ColumnsStore {
    const call = <T>(what: string, effect: () => T) =>
      this.#platform.store(process, () => what, effect).then((result) => result as Awaited<T>);
    return {
      has: (source, day, revision) =>
        call(`columns of ${day}?`, () => this.has(source, day, revision)),
      write: async (source, day) => {
        const name = `${source}/${day}`;
        const written = await call(`columns of ${day}`, () => this.#write(source, day));
        const contents = {
          entries: [...written.values()].reduce((sum, { length }) => sum + length, 0),
          differing: 0,
          digest: await this.#digestOf(written),
        };
        return {
          contents,
          accept: async (mark) => {
            await call(`mark ${day}`, () => {
              this.#checkWhole(source, day, mark, written);
              this.#marks.set(name, mark);
            });
          },
          reject: async () => {
            await call(`drop columns of ${day}`, () => {
              this.#days.delete(name);
              this.#marks.delete(name);
            });
          },
        };
      },
      serve: async () => {
        await call("serve columns", () => undefined);
      },
    };
  }

  has(source: string, day: string, revision: number): boolean {
    return this.#marks.get(`${source}/${day}`)?.revision === revision;
  }

  /** Takes what lines there are; sometimes a line is lost on the way, or comes out otherwise. */
  #write(source: string, day: string): Day {
    const { random, isTroubled } = this.#platform;
    const hours = new Map<number, string[]>();
    for (const key of this.#archive.keys(dayPrefix(PREFIXES.auditLogs, source, day))) {
      const hour = Number(/\/hour=(\d\d)\//.exec(key)?.[1]);
      const lines = linesOf(this.#archive.get(key));
      if (isTroubled && random.chance(0.1)) lines.pop();
      if (isTroubled && random.chance(0.1)) lines[0] = lines[0]?.replace("user", "User") ?? "";
      hours.set(hour, [...(hours.get(hour) ?? []), ...lines]);
    }
    this.#days.set(`${source}/${day}`, hours);
    return hours;
  }

  async #digestOf(day: Day): Promise<string> {
    const digest = new this.#engine.DayDigest();
    for (const [hour, lines] of day) {
      const bytes = lines.map((line) => Buffer.from(line));
      await digest.addHour(
        hour,
        (async function* () {
          yield bytes;
        })(),
      );
    }
    return digest.toHex();
  }

  /** What SQL serves from columns is what was sealed. */
  #checkWhole(source: string, day: string, { revision }: ColumnsMark, written: Day): void {
    const key = manifestKey(source, day, revision);
    const manifest: Manifest = JSON.parse(Buffer.from(this.#archive.get(key)).toString());
    const keys = manifest.hours.flatMap(({ objects }) => objects.map(({ key }) => key));
    const sealed = keys.flatMap((key) => linesOf(this.#archive.get(key))).sort();
    const columns = [...written.values()].flat().sort();
    if (sealed.length !== columns.length || sealed.some((line, at) => line !== columns[at])) {
      throw new BrokenPromise(`the columns of ${day} are not what was sealed`);
    }
  }
}
