import { describe, expect, it } from "vitest";
import { parseRange, RangeMap } from "../../lib/detect/addresses.ts";

function find(ranges: string[], address: string): string | undefined {
  const map = new RangeMap<string>();
  for (const text of ranges) {
    const range = parseRange(text);
    if (range === undefined) throw new Error(text);
    map.add(range, text);
  }
  return map.find(address);
}

describe("RangeMap", () => {
  it.each([
    [["203.0.113.0/24"], "203.0.113.255", "203.0.113.0/24"],
    [["203.0.113.0/24"], "203.0.114.0", undefined],
    [["203.0.113.77/24"], "203.0.113.1", "203.0.113.77/24"],
    [["203.0.113.7"], "203.0.113.7", "203.0.113.7"],
    [["0.0.0.0/0"], "198.51.100.1", "0.0.0.0/0"],
    [["0.0.0.0/0"], "2001:db8::1", undefined],
    [["2001:db8::/32"], "2001:db8:ffff::1", "2001:db8::/32"],
    [["2001:db8::/32"], "2001:db9::", undefined],
    [["10.0.0.0/8", "10.1.0.0/16"], "10.1.2.3", "10.1.0.0/16"],
    [["10.1.0.0/16", "10.0.0.0/8"], "10.2.2.3", "10.0.0.0/8"],
    [["10.0.0.0/8"], "::ffff:10.1.2.3", "10.0.0.0/8"],
    [["::ffff:10.0.0.0/104"], "10.1.2.3", "::ffff:10.0.0.0/104"],
    [["10.0.0.0/8", "10.0.0.1/8"], "10.0.0.1", "10.0.0.0/8"],
  ])("of %j finds for %s: %s", (ranges, address, expected) => {
    expect(find(ranges, address)).toBe(expected);
  });

  it.each(["", "x", "10.1", "1", "10.0.0.256", "fe80::1%eth0x/", "10.0.0.1 "])(
    "finds nothing for what is no address: %j",
    (address) => {
      expect(find(["0.0.0.0/0", "::/0"], address)).toBeUndefined();
    },
  );
});

describe("parseRange", () => {
  it.each(["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", "AS64500", "10/8"])(
    "takes no %j",
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );
});
