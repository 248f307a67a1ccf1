import { Reader, type Response } from "mmdb-lib";
import { readRecords } from "./check-database.ts";
import { type ContextFile, ContextFileError } from "./context-file.ts";

/** What the databases say of an address, each in words of its own. */
interface AddressRecord {
  /** MaxMind and DB-IP: an object. IPinfo: the code. */
  country?: { iso_code?: unknown } | string;
  /** ip-location-db, and IPinfo's later files. */
  country_code?: unknown;
  autonomous_system_number?: unknown;
  autonomous_system_organization?: unknown;
  /** IPinfo: `AS64500`, and its name. */
  asn?: unknown;
  as_name?: unknown;
}

/** Whose network it is. */
export interface NetworkOwner {
  /** Number of the autonomous system. */
  asn: number;
  name: string;
}

/** What a database is asked for. */
const KINDS = {
  countries: { says: countryOf, called: "countries" },
  owners: { says: ownerOf, called: "owners of networks" },
} as const;
type Kind = keyof typeof KINDS;

/** A file in MaxMind's format, of whatever publisher. */
export class AddressDatabase {
  readonly #reader: Reader<Response>;

  /**
   * @param kind - what it must say of some addresses
   * @throws {ContextFileError} when it is not such a file, is damaged or of another kind
   */
  constructor(file: ContextFile, kind: Kind) {
    const content = Buffer.from(file.content);
    try {
      this.#reader = new Reader(content);
    } catch (cause) {
      throw new ContextFileError(file, "is not a database in MaxMind's format", undefined, cause);
    }
    const found = this.#kindsIn(file, content);
    if (found.has(kind)) return;
    const others = [...found].map((other) => `; it has ${KINDS[other].called}`);
    throw new ContextFileError(file, `has no ${KINDS[kind].called}${others.join("")}`);
  }

  /** @returns two letters; nothing when the database does not say */
  country(address: string): string | undefined {
    return countryOf(this.#record(address));
  }

  owner(address: string): NetworkOwner | undefined {
    return ownerOf(this.#record(address));
  }

  #kindsIn(file: ContextFile, content: Buffer): Set<Kind> {
    const found = new Set<Kind>();
    try {
      const { metadata } = this.#reader;
      for (const record of readRecords(content, metadata, (text) => this.#reader.get(text))) {
        if (countryOf(record) !== undefined) found.add("countries");
        if (ownerOf(record) !== undefined) found.add("owners");
      }
    } catch (cause) {
      const problem = `is damaged: ${(cause as Error).message}; download it again`;
      throw new ContextFileError(file, problem, undefined, cause);
    }
    return found;
  }

  /** @param address - IPv4, or IPv6 that is not one written as IPv6 */
  #record(address: string): AddressRecord {
    if (address.includes(":") && this.#reader.metadata.ipVersion === 4) return {};
    return (this.#reader.get(address) ?? {}) as AddressRecord;
  }
}

function countryOf({ country, country_code }: AddressRecord): string | undefined {
  const code = typeof country === "object" ? country.iso_code : (country ?? country_code);
  const known = typeof code === "string" && /^[A-Z]{2}$/.test(code) && code !== "ZZ";
  return known ? code : undefined;
}

function ownerOf(record: AddressRecord): NetworkOwner | undefined {
  const number = record.autonomous_system_number ?? record.asn;
  const asn = Number(String(number).replace(/^AS/i, ""));
  const name = record.autonomous_system_organization ?? record.as_name;
  if (number === undefined || !Number.isInteger(asn)) return undefined;
  return { asn, name: typeof name === "string" ? name : "" };
}
