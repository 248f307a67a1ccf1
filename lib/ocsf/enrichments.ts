import type { AddressContext, AddressFacts } from "../detect/context/address-context.ts";
import type { StaffList, StaffRecord } from "../detect/context/staff-list.ts";
import { fromByteText, toByteTexts } from "./byte-text.ts";
import type { OcsfEvent } from "./event.ts";
import type { Members } from "./members.ts";

/** What local files say of addresses and people. */
export interface EventContext {
  addresses: Pick<AddressContext, "of">;
  staff?: Pick<StaffList, "find">;
}

/**
 * Add to an event what local files say of its address and of who did it: where the schema has a
 * place, there; all of it, with what it was said of, as enrichments. Nothing is added that no
 * file says.
 */
export function enrichEvent(event: OcsfEvent, { addresses, staff }: EventContext): void {
  const place = event.src_endpoint === undefined ? "device" : "src_endpoint";
  const endpoint = event[place] as Members | undefined;
  const { uid, email_addr } = event.actor.user as { uid?: string; email_addr?: string };
  const enrichments: Members[] = [];
  if (typeof endpoint?.ip === "string") {
    const facts = toByteTexts(addresses.of(endpoint.ip)) as AddressFacts;
    Object.assign(endpoint, placed(facts, place));
    enrichments.push(...ofAddress(`${place}.ip`, endpoint.ip, facts));
  }
  const [name, value = ""] = uid === undefined ? ["email_addr", email_addr] : ["uid", uid];
  const record = staff?.find(email_addr, uid && fromByteText(uid));
  enrichments.push(
    ...ofPerson(`actor.user.${name}`, value, toByteTexts(record) as StaffRecord | undefined),
  );
  if (enrichments.length > 0) event.enrichments = enrichments;
}

/** Facts that the schema has a place for: only an endpoint of the network has one for its system. */
export function placed(
  { country, network, isKnownNetwork }: Partial<AddressFacts>,
  place: "src_endpoint" | "device",
): Members {
  const isSystem = place === "src_endpoint" && isKnownNetwork !== true;
  const [, number, name] = (isSystem && /^AS(\d+)(?: (.*))?$/.exec(network ?? "")) || [];
  return {
    ...(country !== undefined && { location: { country } }),
    ...(number !== undefined && {
      autonomous_system: { number: Number(number), ...(name !== undefined && { name }) },
    }),
  };
}

/** @param attribute - which has the address */
export function ofAddress(
  attribute: string,
  address: string,
  { country, network, isKnownNetwork, lists = [] }: Partial<AddressFacts>,
): Members[] {
  const data = {
    ...(country !== undefined && { country }),
    ...(network !== undefined && { network }),
    ...(isKnownNetwork !== undefined && { isKnownNetwork }),
    ...(lists.length > 0 && { lists }),
  };
  return Object.keys(data).length === 0
    ? []
    : [{ name: attribute, value: address, type: "address", data }];
}

/** @param attribute - which names who did it */
export function ofPerson(
  attribute: string,
  value: string,
  record: StaffRecord | undefined,
): Members[] {
  return record === undefined ? [] : [{ name: attribute, value, type: "staff", data: record }];
}
