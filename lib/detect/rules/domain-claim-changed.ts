import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const domainClaimChanged: Rule = {
  id: "domain-claim-changed",
  title: "Claimed e-mail domain changed",
  severity: "medium",
  reason:
    "Accounts of a claimed domain belong to the organization: a domain added, freed or lost changes who may join and who controls them.",
  checks: ["Check that the domain is yours.", "See which accounts changed hands."],
  falsePositives: ["Mergers, new brands and domains that are given up."],
  query: "security-settings-changed",
  techniques: ["T1484.002"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "domain_created",
    "domain_verified",
    "domain_unverified",
    "domain_deleted",
    "domain_email_unrestricted",
    "organization_domain_changed",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed an e-mail domain of ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "domain_created", entry: exampleEntry("domain_created") },
      { name: "domain_verified", entry: exampleEntry("domain_verified") },
      { name: "domain_unverified", entry: exampleEntry("domain_unverified") },
      { name: "domain_deleted", entry: exampleEntry("domain_deleted") },
      { name: "domain_email_unrestricted", entry: exampleEntry("domain_email_unrestricted") },
      { name: "organization_domain_changed", entry: exampleEntry("organization_domain_changed") },
    ],
    ignore: [
      {
        name: "an e-mail restriction added",
        because: "fewer people can join",
        entry: exampleEntry("domain_email_restricted"),
      },
    ],
  },
};
