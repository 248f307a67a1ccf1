import { type AddressRange, normalizeAddress, RangeMap } from "../addresses.ts";
import type { AddressDatabase } from "./address-database.ts";
import type { KnownNetwork } from "./known-networks.ts";

/** What is known of an address. */
export interface AddressFacts {
  /** Two letters, ISO 3166-1. */
  country?: string;
  /** Name of a network of one's own; else whose it is: `AS64500 Example Telecom`. */
  network?: string;
  /** Absent when no networks of one's own are given. */
  isKnownNetwork?: boolean;
  /** Names of the lists that hold it, `TOR_LIST` among them. */
  lists: readonly string[];
}

/** Name of the list of Tor's exits. */
export const TOR_LIST = "Tor exits";

/** What address facts are taken from; what is absent says nothing. */
export interface AddressSources {
  countries?: Pick<AddressDatabase, "country"> | undefined;
  owners?: Pick<AddressDatabase, "owner"> | undefined;
  networks?: readonly KnownNetwork[] | undefined;
  lists?: readonly { name: string; ranges: readonly AddressRange[] }[];
}

/** Look-ups in one database that failed, which cost their facts and nothing else. */
export interface FailedLookUps {
  database: "countries" | "owners";
  count: number;
  /** Of the first. */
  error: Error;
}

const NOTHING: AddressFacts = Object.freeze({ lists: Object.freeze([]) });

/** Addresses that are kept: people come from the same ones again and again. */
const MAX_REMEMBERED = 10_000;

/** Says of addresses what local files say; asks nobody. Facts are shared, so they are frozen. */
export class AddressContext {
  readonly #sources: AddressSources;
  readonly #networks = new RangeMap<string>();
  readonly #systems = new Map<number, string>();
  readonly #lists: { name: string; ranges: RangeMap<true> }[];
  readonly #remembered = new Map<string, AddressFacts>();
  #failures: FailedLookUps[] = [];

  constructor(sources: AddressSources) {
    this.#sources = sources;
    for (const { of, name } of sources.networks ?? []) {
      if (typeof of !== "number") this.#networks.add(of, name);
      else if (!this.#systems.has(of)) this.#systems.set(of, name);
    }
    this.#lists = (sources.lists ?? []).map(({ name, ranges }) => {
      const map = new RangeMap<true>();
      for (const range of ranges) map.add(range, true);
      return { name, ranges: map };
    });
  }

  /** @param address - as Slack sent it; what is no address has no facts */
  of(address: string | undefined): AddressFacts {
    if (address === undefined) return NOTHING;
    const remembered = this.#remembered.get(address);
    if (remembered !== undefined) return remembered;
    const normal = normalizeAddress(address);
    const facts = normal === undefined ? NOTHING : this.#lookUp(normal);
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(address, facts);
    return facts;
  }

  /** @returns those since the last call: at most one for each database */
  takeFailures(): readonly FailedLookUps[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  #lookUp(address: string): AddressFacts {
    const { countries, owners, networks } = this.#sources;
    const country = this.#ask("countries", () => countries?.country(address));
    const owner = this.#ask("owners", () => owners?.owner(address));
    const known =
      this.#networks.find(address) ?? (owner ? this.#systems.get(owner.asn) : undefined);
    const network = known ?? (owner ? `AS${owner.asn} ${owner.name}`.trimEnd() : undefined);
    // It may be one of the systems that are known.
    const isOpen = known === undefined && owner === null && this.#systems.size > 0;
    return Object.freeze({
      ...(country ? { country } : {}),
      ...(network === undefined ? {} : { network }),
      ...(networks === undefined || isOpen ? {} : { isKnownNetwork: known !== undefined }),
      lists: Object.freeze(
        this.#lists
          .filter(({ ranges }) => ranges.find(address) !== undefined)
          .map(({ name }) => name),
      ),
    });
  }

  /** @returns null when the look-up failed */
  #ask<T>(database: FailedLookUps["database"], lookUp: () => T): T | null {
    try {
      return lookUp();
    } catch (error) {
      const failure = this.#failures.find((known) => known.database === database);
      if (failure === undefined) {
        this.#failures.push({ database, count: 1, error: error as Error });
      } else {
        failure.count += 1;
      }
      return null;
    }
  }
}
