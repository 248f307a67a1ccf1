import type { CorrelationStore } from "../../lib/detect/ports.ts";

const NONE: ReadonlySet<string> = new Set();

/** Points of one process; forgets nothing. */
export class MemoryCorrelationStore implements CorrelationStore {
  readonly #stretches = new Map<string, Set<string>>();

  async add(key: string, points: ReadonlySet<string>): Promise<void> {
    const known = this.#stretches.get(key) ?? new Set();
    for (const point of points) known.add(point);
    this.#stretches.set(key, known);
  }

  async remove(key: string, points: ReadonlySet<string>): Promise<void> {
    for (const point of points) this.#stretches.get(key)?.delete(point);
  }

  async read(key: string): Promise<ReadonlySet<string>> {
    return this.#stretches.get(key) ?? NONE;
  }
}
