import type { Command } from "commander";

/** Files that say more of addresses. */
export function addAddressOptions(command: Command): Command {
  return command
    .option(
      "--countries <file>",
      'country of each address, from a database in MaxMind\'s format; "included": the one that comes with this package',
    )
    .option(
      "--network-owners <file>",
      "whose network an address is in, from a database in MaxMind's format",
    )
    .option("--networks <file>", "networks of your own: a range or AS number and a name a line")
    .option(
      "--slack-allow-list <file>",
      "more networks of your own: the answer of admin.audit.anomaly.allow.getItem",
    );
}

/** Files that say more of addresses and people. */
export function addContextOptions(command: Command): Command {
  return addAddressOptions(command)
    .option("--tor-exits <file>", "Tor's list of exits")
    .option("--threat-list <file...>", "lists of dangerous addresses")
    .option("--staff <file>", "CSV with a column email or id: more about who did it");
}
