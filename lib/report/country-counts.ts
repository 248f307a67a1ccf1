import type { RuleContext } from "../detect/rule.ts";

/** Counts by the country of an address, as far as local files say it. */
export class CountryCounts {
  readonly #addresses: RuleContext["addresses"];
  readonly #counts = new Map<string, number>();

  /** @param addresses - absent: nothing is counted */
  constructor(addresses: RuleContext["addresses"]) {
    this.#addresses = addresses;
  }

  add(address: unknown, count: number): void {
    if (this.#addresses === undefined) return;
    const country = this.#addresses.of(String(address ?? "")).country ?? "";
    this.#counts.set(country, (this.#counts.get(country) ?? 0) + count);
  }

  /** @returns two letters of ISO 3166-1 each, or an empty text where nothing is known; nothing where no country is */
  descending(): [country: string, count: number][] | undefined {
    const counts = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return counts.some(([country]) => country !== "") ? counts : undefined;
  }
}
