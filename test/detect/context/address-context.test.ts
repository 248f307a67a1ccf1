import { expect, it } from "vitest";
import { parseRange } from "../../../lib/detect/addresses.ts";
import { AddressContext } from "../../../lib/detect/context/address-context.ts";

const ADDRESS = "203.0.113.7";
const damaged = (what: string) => () => {
  throw new Error(`${what} is damaged`);
};
const range = parseRange("203.0.113.0/24") as NonNullable<ReturnType<typeof parseRange>>;

it("loses what a look-up that throws would have said, and nothing else", () => {
  const addresses = new AddressContext({
    countries: { country: damaged("A") },
    owners: { owner: () => ({ asn: 64500, name: "Example" }) },
    networks: [{ of: 64501, name: "Office" }],
    lists: [{ name: "list", ranges: [range] }],
  });
  expect(addresses.of(ADDRESS)).toEqual({
    network: "AS64500 Example",
    isKnownNetwork: false,
    lists: ["list"],
  });
});

it("does not call a network unknown when the look-up of its owner throws", () => {
  const of = (system: boolean, address: string) =>
    new AddressContext({
      owners: { owner: damaged("A") },
      networks: [{ of: range, name: "Office" }, ...(system ? [{ of: 64500, name: "VPN" }] : [])],
    }).of(address);
  expect(of(true, "192.0.2.1")).toEqual({ lists: [] });
  expect(of(false, "192.0.2.1")).toEqual({ isKnownNetwork: false, lists: [] });
  expect(of(true, ADDRESS)).toEqual({ network: "Office", isKnownNetwork: true, lists: [] });
});

it("counts the look-ups that threw, until they are taken", () => {
  const addresses = new AddressContext({
    countries: { country: damaged("A") },
    owners: { owner: damaged("B") },
  });
  for (const address of [ADDRESS, ADDRESS, "192.0.2.1", "x", undefined]) addresses.of(address);
  expect(addresses.takeFailures()).toEqual([
    { database: "countries", count: 2, error: new Error("A is damaged") },
    { database: "owners", count: 2, error: new Error("B is damaged") },
  ]);
  expect(addresses.takeFailures()).toEqual([]);
});
