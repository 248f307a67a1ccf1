import { Reader, type Response } from "mmdb-lib";
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

/** A file in MaxMind's format, of whatever publisher. */
export class AddressDatabase {
  readonly #reader: Reader<Response>;

  /** @throws {ContextFileError} when it is not such a file */
  constructor(file: ContextFile) {
    try {
      this.#reader = new Reader(Buffer.from(file.content));
    } catch (cause) {
      throw new ContextFileError(file, "is not a database in MaxMind's format", undefined, cause);
    }
  }

  /** @returns two letters; nothing when the database does not say */
  country(address: string): string | undefined {
    const { country, country_code } = this.#record(address);
    const code = typeof country === "object" ? country.iso_code : (country ?? country_code);
    const known = typeof code === "string" && /^[A-Z]{2}$/.test(code) && code !== "ZZ";
    return known ? code : undefined;
  }

  owner(address: string): NetworkOwner | undefined {
    const record = this.#record(address);
    const number = record.autonomous_system_number ?? record.asn;
    const asn = Number(String(number).replace(/^AS/i, ""));
    const name = record.autonomous_system_organization ?? record.as_name;
    if (number === undefined || !Number.isInteger(asn)) return undefined;
    return { asn, name: typeof name === "string" ? name : "" };
  }

  /** @param address - IPv4, or IPv6 that is not one written as IPv6 */
  #record(address: string): AddressRecord {
    if (address.includes(":") && this.#reader.metadata.ipVersion === 4) return {};
    return (this.#reader.get(address) ?? {}) as AddressRecord;
  }
}
