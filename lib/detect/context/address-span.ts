import { type AddressRange, parseRange } from "../addresses.ts";

const LENGTHS = { 4: 32, 6: 128 } as const;

/** What says that a line means more or other addresses than the first: all but an address of IPv6. */
const MORE = [
  /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)/, // an address of IPv4, or a mask
  /\b0x[\da-f]{8}\b/i, // a mask
  /\b(?:netmask|mask|wildcard|prefix[- ]?(?:len(?:gth)?)?)[\s:=]*\d/i, // `prefixlen 32`
  /^\/\s*\d/, // `/24`
  /^(?:\p{Pd}|\.+)\s*\d{1,3}(?!\S)/u, // `- 9`
];

/**
 * Read what a line begins with: an address, a range such as `203.0.113.0/24`, or the first and the
 * last address of one with `-` between them.
 *
 * @returns the ranges, and the rest of the line, a remark; nothing when it begins with none of
 * them, or when another address, a mask, the length of a prefix or the end of a range follows
 * anywhere in the line
 */
export function parseSpan(line: string): { ranges: AddressRange[]; rest: string } | undefined {
  const span = /^(?<first>[^\s,]+?)\s*-\s*(?<last>[^\s,]+)[\s,]*(?<rest>.*)$/.exec(line)?.groups;
  const [start, end] = [parseRange(span?.first ?? ""), parseRange(span?.last ?? "")];
  if (span !== undefined && start !== undefined && end !== undefined) {
    return withRest(between(start, end), span.rest ?? "");
  }
  const [, word = "", rest = ""] = /^([^\s,]+)[\s,]*(.*)$/.exec(line) ?? [];
  const range = parseRange(word);
  return withRest(range && [range], rest);
}

function withRest(ranges: AddressRange[] | undefined, rest: string) {
  const words = rest.split(/[^\p{L}\p{N}.:/]+/u).filter((word) => /[\da-f]/i.test(word));
  const isMore =
    MORE.some((pattern) => pattern.test(rest)) ||
    words.some((word) => parseRange(word) !== undefined);
  return ranges === undefined || isMore ? undefined : { ranges, rest };
}

/** @returns as few ranges as there can be, in order; nothing unless they are addresses in this order */
function between(start: AddressRange, end: AddressRange): AddressRange[] | undefined {
  const { version } = start;
  const length = LENGTHS[version];
  const areAddresses = start.prefixLength === length && end.prefixLength === length;
  if (version !== end.version || !areAddresses || end.first < start.first) return undefined;
  const ranges: AddressRange[] = [];
  for (let first = start.first; first <= end.first; ) {
    let prefixLength: number = length;
    let size = 1n;
    while (prefixLength > 0 && first % (2n * size) === 0n && first + 2n * size - 1n <= end.first) {
      size *= 2n;
      prefixLength -= 1;
    }
    ranges.push({ version, first, prefixLength });
    first += size;
  }
  return ranges;
}
