import type { SeenNamesStore } from "./ports.ts";

/**
 * The most names that are kept for a source. A DynamoDB item holds 400 KB; Slack's
 * own names are about 1,500. More means that data was taken for names.
 */
export const MAX_SEEN_TERMS = 3_000;

/** Name under which the names seen in a source's entries are kept. */
export function seenName(source: string): string {
  return `seen/${source}`;
}

/** Keeps the names seen in entries; asks the store only about new ones. */
export class SeenNames {
  readonly #store: SeenNamesStore;
  readonly #known = new Map<string, Set<string>>();

  constructor(store: SeenNamesStore) {
    this.#store = store;
  }

  /** @returns how many names this process had not seen and the store did not hold when it last checked */
  async record(source: string, terms: ReadonlySet<string>): Promise<number> {
    const known = this.#known.get(source) ?? new Set(await this.#store.read(seenName(source)));
    this.#known.set(source, known);
    const room = Math.max(0, MAX_SEEN_TERMS - known.size);
    const fresh = new Set([...terms].filter((term) => !known.has(term)).slice(0, room));
    if (fresh.size > 0) {
      await this.#store.add(seenName(source), fresh);
      for (const term of fresh) {
        known.add(term);
      }
    }
    return fresh.size;
  }
}
