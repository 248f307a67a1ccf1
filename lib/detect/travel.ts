import type { AuditLogEntry } from "../slack/types.ts";
import { textAt } from "./entry-fields.ts";
import type { RuleContext } from "./rule.ts";

/**
 * The country that someone was in, as far as the address says it: not behind a network of one's
 * own, such as a VPN, and not behind Tor or another listed address.
 *
 * @returns nothing when no database of countries is given
 */
export function countryOfPerson(
  entry: AuditLogEntry,
  { addresses }: RuleContext,
): string | undefined {
  const facts = addresses?.of(textAt(entry, "context", "ip_address"));
  return facts === undefined || facts.isKnownNetwork || facts.lists.length > 0
    ? undefined
    : facts.country;
}
