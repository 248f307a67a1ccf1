import { type AddressRange, parseRange } from "../addresses.ts";

const LENGTHS = { 4: 32, 6: 128 } as const;

/**
 * Read what a line begins with: an address, a range such as `203.0.113.0/24`, or the first and the
 * last address of one with `-` between them.
 *
 * @returns the ranges, and the rest of the line; nothing when it begins with none of them, or when
 * what follows could be the end of a range, a mask or another address
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
  const [first = "", second = ""] = rest.split(/[\s,]+/);
  // A dash of another kind, `to` and the like join two addresses.
  const words = /^(?:to|[^\p{L}\p{N}]+)$/iu.test(first) ? [second] : [first];
  const isMore = words.some((word) => parseRange(word) !== undefined) || /^\/\s*\d/.test(rest);
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
