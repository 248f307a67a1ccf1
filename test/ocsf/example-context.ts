import { parseRange } from "../../lib/detect/addresses.ts";
import { AddressContext } from "../../lib/detect/context/address-context.ts";
import { StaffList } from "../../lib/detect/context/staff-list.ts";
import type { EventContext } from "../../lib/ocsf/enrichments.ts";

/** A database of owners that has no name for every third address, and no owner for another third. */
const OWNERS = [{ asn: 64500, name: "Example Telecom" }, { asn: 64501, name: "" }, undefined];

/**
 * Says something else of one address than of the next: a country, a system with a name or without
 * one, a network of one's own, a list. Of people, whatever their address is.
 */
export function exampleContext(): EventContext {
  const thirdOf = (address: string) => address.charCodeAt(address.length - 1) % OWNERS.length;
  const rangeOf = (text: string) => parseRange(text) ?? { version: 4, first: 0n, prefixLength: 32 };
  return {
    addresses: new AddressContext({
      countries: { country: (address) => (thirdOf(address) === 2 ? undefined : "DE") },
      owners: { owner: (address) => OWNERS[thirdOf(address)] },
      networks: [{ of: rangeOf("2001:db8::/32"), name: "AS7 is a name here" }],
      lists: [{ name: "Tor exits", ranges: [rangeOf("192.0.2.0/24")] }],
    }),
    staff: new StaffList(new Map([["bo@example.com", { department: "Sales" }]])),
  };
}
