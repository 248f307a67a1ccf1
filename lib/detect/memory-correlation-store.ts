import type { CorrelationStore } from "./ports.ts";

const NONE: ReadonlySet<string> = new Set();

/** Points of one process: for history, which comes in the order of time. */
export class MemoryCorrelationStore implements CorrelationStore {
  readonly #stretches = new Map<string, { points: Set<string>; forgetAt: number }>();

  async add(key: string, points: ReadonlySet<string>, forgetAt: number): Promise<void> {
    const known = this.#stretches.get(key)?.points ?? new Set();
    for (const point of points) known.add(point);
    this.#stretches.set(key, { points: known, forgetAt });
  }

  async remove(key: string, points: ReadonlySet<string>): Promise<void> {
    for (const point of points) this.#stretches.get(key)?.points.delete(point);
  }

  async read(key: string): Promise<ReadonlySet<string>> {
    return this.#stretches.get(key)?.points ?? NONE;
  }

  /** @param now - epoch seconds */
  forget(now: number): void {
    for (const [key, { forgetAt }] of this.#stretches) {
      if (forgetAt <= now) this.#stretches.delete(key);
    }
  }
}
