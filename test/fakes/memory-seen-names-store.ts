import type { SeenNamesStore } from "../../lib/detect/ports.ts";

/** Words in memory. */
export class MemorySeenNamesStore implements SeenNamesStore {
  readonly sets = new Map<string, ReadonlySet<string>>();

  async read(name: string): Promise<ReadonlySet<string> | undefined> {
    return this.sets.get(name);
  }

  async add(name: string, terms: ReadonlySet<string>): Promise<void> {
    this.sets.set(name, new Set([...(this.sets.get(name) ?? []), ...terms]));
  }

  async replace(name: string, terms: ReadonlySet<string>): Promise<void> {
    this.sets.set(name, new Set(terms));
  }
}
