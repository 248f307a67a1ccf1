/** Files beside the code of the function that detects, by their paths there. Each may be absent. */

/** A list of suppressions as JSON. */
export const SUPPRESSIONS_FILE = "suppressions.json";

/** A module of rules of one's own. */
export const OWN_RULES_FILE = "own-rules.mjs";

/** What says more of addresses and people, as the user wrote it. */
export const CONTEXT_FILES = {
  countries: "context/countries.mmdb",
  networkOwners: "context/network-owners.mmdb",
  torExits: "context/tor-exits",
  networks: "context/networks",
  slackAllowList: "context/slack-allow-list",
  staff: "context/staff",
} as const;

/** Folder of the threat lists, each by its own name. */
export const THREAT_LISTS = "context/threat-lists/";

/** Stands for the database of countries that comes with this package. */
export const INCLUDED_COUNTRIES = "included";
