/** IP addresses and ranges of them. An IPv4 address that is written as IPv6 is the IPv4 address. */
import ipaddr from "ipaddr.js";

/** The addresses that begin with the same bits. */
export interface AddressRange {
  version: 4 | 6;
  /** The first address. */
  first: bigint;
  /** How many bits they have in common. */
  prefixLength: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/**
 * Read an address such as `203.0.113.7`, or a range such as `203.0.113.0/24`. Bits after the
 * prefix are ignored, as Slack and firewalls do.
 *
 * @returns nothing when it is neither
 */
export function parseRange(text: string): AddressRange | undefined {
  const [address = "", length, ...more] = text.split("/");
  const range = parseAddress(address);
  if (range === undefined || length === undefined) return range;
  if (more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  // `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
  const isMapped = range.version === 4 && address.includes(":");
  const prefixLength = isMapped ? Number(length) - 96 : Number(length);
  if (prefixLength < 0 || prefixLength > BITS[range.version]) return undefined;
  return { ...range, first: masked(range, prefixLength), prefixLength };
}

/** @returns the range of this one address; nothing when the text is no address */
function parseAddress(text: string): AddressRange | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  const version = address.kind() === "ipv4" ? 4 : 6;
  const hex = address.toByteArray().map((byte) => byte.toString(16).padStart(2, "0"));
  return { version, first: BigInt(`0x${hex.join("")}`), prefixLength: BITS[version] };
}

/** @returns the address in one way of writing it; nothing when the text is no address */
export function normalizeAddress(text: string): string | undefined {
  return parseAddress(text) === undefined ? undefined : ipaddr.process(text).toString();
}

function masked({ version, first }: AddressRange, prefixLength: number): bigint {
  const rest = BigInt(BITS[version] - prefixLength);
  return (first >> rest) << rest;
}

/** What is known of ranges, found by an address in one look-up for each length of prefix. */
export class RangeMap<T> {
  /** By version and length of prefix, the longest first; of each, by the first address. */
  readonly #byLength: { version: 4 | 6; prefixLength: number; values: Map<bigint, T> }[] = [];

  /** What was set for a range before is kept. */
  add({ version, first, prefixLength }: AddressRange, value: T): void {
    const known = this.#byLength.find(
      (group) => group.version === version && group.prefixLength === prefixLength,
    );
    const group = known ?? { version, prefixLength, values: new Map<bigint, T>() };
    if (known === undefined) {
      this.#byLength.push(group);
      this.#byLength.sort((a, b) => b.prefixLength - a.prefixLength);
    }
    if (!group.values.has(first)) group.values.set(first, value);
  }

  /** @returns what was set for the smallest range that holds the address */
  find(address: string): T | undefined {
    const range = parseAddress(address);
    if (range === undefined) return undefined;
    for (const { version, prefixLength, values } of this.#byLength) {
      if (version !== range.version) continue;
      const value = values.get(masked(range, prefixLength));
      if (value !== undefined) return value;
    }
    return undefined;
  }
}
