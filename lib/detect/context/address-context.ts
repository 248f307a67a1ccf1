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

const NOTHING: AddressFacts = { lists: [] };

/** Addresses that are kept: people come from the same ones again and again. */
const MAX_REMEMBERED = 10_000;

/** Says of addresses what local files say; asks nobody. */
export class AddressContext {
  readonly #sources: AddressSources;
  readonly #networks = new RangeMap<string>();
  readonly #systems = new Map<number, string>();
  readonly #lists: { name: string; ranges: RangeMap<true> }[];
  readonly #remembered = new Map<string, AddressFacts>();

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

  #lookUp(address: string): AddressFacts {
    const { countries, owners, networks } = this.#sources;
    const country = countries?.country(address);
    const owner = owners?.owner(address);
    const known =
      this.#networks.find(address) ??
      (owner === undefined ? undefined : this.#systems.get(owner.asn));
    const network = known ?? (owner && `AS${owner.asn} ${owner.name}`.trimEnd());
    return {
      ...(country === undefined ? {} : { country }),
      ...(network === undefined ? {} : { network }),
      ...(networks === undefined ? {} : { isKnownNetwork: known !== undefined }),
      lists: this.#lists
        .filter(({ ranges }) => ranges.find(address) !== undefined)
        .map(({ name }) => name),
    };
  }
}
