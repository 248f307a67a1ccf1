import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RangeMap } from "../../../lib/detect/addresses.ts";
import { parseAddressList } from "../../../lib/detect/context/address-list.ts";
import { parseSpan } from "../../../lib/detect/context/address-span.ts";
import { ContextFileError } from "../../../lib/detect/context/context-file.ts";
import { parseKnownNetworks } from "../../../lib/detect/context/known-networks.ts";

function file(text: string) {
  return { name: "list.txt", content: Buffer.from(text) };
}

/** A second address may be the end of a range, a mask, or another address: nobody can tell. */
const AMBIGUOUS = [
  "203.0.113.0\t203.0.113.255",
  "203.0.113.0 203.0.113.255 24 7 EXAMPLE",
  "203.0.113.0 255.255.255.0",
  "203.0.113.0,255.255.255.0",
  "203.0.113.0, 203.0.113.9",
  "203.0.113.0/24 203.0.114.0/24",
  "203.0.113.0 \u2013 203.0.113.255",
  "203.0.113.0 to 203.0.113.255",
  "203.0.113.0 .. 203.0.113.255",
  "203.0.113.0 /24",
  "203.0.113.0 / 24",
  "2001:db8:: 2001:db8::ffff",
  "203.0.113.9 - 203.0.113.0",
  "203.0.113.0-2001:db8::1",
  "203.0.113.0/25-203.0.113.128/25",
  "203.0.113.0-203.0.113.9 203.0.114.0",
  "203.0.113.0 netmask 255.255.255.0",
  "203.0.113.0 mask=255.255.255.0",
  "203.0.113.0 (255.255.255.0)",
  "203.0.113.0 wildcard 0.0.0.255",
  "203.0.113.0 through 203.0.113.255",
  "203.0.113.0 bis 203.0.113.255",
  "203.0.113.0 until: 203.0.113.255.",
  "203.0.113.0 and [203.0.113.9]",
  "203.0.113.0 to:203.0.113.9",
  "203.0.113.0,botnet,203.0.114.1",
  "203.0.113.0 from 2001:db8::1",
  "203.0.113.0 0xffffff00",
  "203.0.113.0 mask 24",
  "2001:db8:: prefixlen 32",
  "2001:db8:: prefix length: 32",
  "203.0.113.1 - 9",
  "203.0.113.1 -9",
  "203.0.113.1 .. 9",
  "203.0.113.1 \u2013 9",
];

describe("a line with more than an address", () => {
  it.each(AMBIGUOUS)("is refused in a list: %j", (line) => {
    const read = () => parseAddressList(file(`192.0.2.1\n${line}\n`));
    expect(read).toThrow(ContextFileError);
    expect(read).toThrow(
      /^list\.txt, line 2: .* must begin with one address or range: .*no second address/,
    );
  });

  it.each(AMBIGUOUS)("is refused among networks: %j", (line) => {
    const read = () => parseKnownNetworks(file(`192.0.2.1 Home\n${line} Office\n`));
    expect(read).toThrow(
      /^list\.txt, line 2: .* must be a network and its name: .*no second address/,
    );
  });

  it.each([
    ["203.0.113.0 7", "7"],
    ["203.0.113.0,botnet,12", "botnet,12"],
    ["203.0.113.0 (7)", "(7)"],
    ["203.0.113.0 - 2026-01-01", "- 2026-01-01"],
    ["203.0.113.0 port 80, version 1.2.3", "port 80, version 1.2.3"],
    ["203.0.113.0 Mask Works 2", "Mask Works 2"],
    ["203.0.113.0 :: beef", ":: beef"],
    ["203.0.113.0/24 - Office West", "- Office West"],
    ["203.0.113.0/24 Office 10", "Office 10"],
    ["203.0.113.0 2026-01-01 00:00:00", "2026-01-01 00:00:00"],
  ])("is read when that is a remark: %j", (line, rest) => {
    expect(parseSpan(line)?.rest).toBe(rest);
  });
});

describe("a range from one address to another", () => {
  it.each([
    ["203.0.113.0-203.0.113.255", ["cb007100/24"]],
    ["203.0.113.0 - 203.0.113.255", ["cb007100/24"]],
    ["203.0.113.1 -203.0.113.4", ["cb007101/32", "cb007102/31", "cb007104/32"]],
    ["203.0.113.7-203.0.113.7", ["cb007107/32"]],
    ["0.0.0.0-255.255.255.255", ["0/0"]],
    ["::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["0/0"]],
    ["::ffff:203.0.113.0-::ffff:203.0.113.1", ["cb007100/31"]],
  ])("is read as ranges by prefix: %s", (text, ranges) => {
    expect(
      parseSpan(text)?.ranges.map(
        ({ first, prefixLength }) => `${first.toString(16)}/${prefixLength}`,
      ),
    ).toEqual(ranges);
  });

  it("holds what lies between them, and nothing else", () => {
    const toText = (n: number) => [24, 16, 8, 0].map((bits) => (n >>> bits) & 255).join(".");
    const address = fc.nat(0xffff_ffff);
    fc.assert(
      fc.property(address, address, (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const map = new RangeMap<true>();
        for (const range of parseSpan(`${toText(first)}-${toText(last)}`)?.ranges ?? []) {
          map.add(range, true);
        }
        const has = (n: number) => map.find(toText(n)) === true;
        expect([first, last, Math.floor((first + last) / 2)].map(has)).toEqual([true, true, true]);
        if (first > 0) expect(has(first - 1)).toBe(false);
        if (last < 0xffff_ffff) expect(has(last + 1)).toBe(false);
      }),
    );
  });

  it("has a name in a file of networks", () => {
    const networks = parseKnownNetworks(file("203.0.113.1 - 203.0.113.2, Office - West\r"));
    expect(networks.map(({ name }) => name)).toEqual(["Office - West", "Office - West"]);
  });
});
