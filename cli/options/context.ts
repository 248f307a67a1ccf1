import { type Command, Option } from "commander";

export function addContextOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--countries [file]",
        "country of each address, from a database in MaxMind's format; without a file, from the one that comes with this package",
      ),
    )
    .option(
      "--network-owners <file>",
      "whose network an address is in, from a database in MaxMind's format",
    )
    .option("--tor-exits <file>", "Tor's list of exits")
    .option("--threat-list <file...>", "lists of dangerous addresses")
    .option("--networks <file>", "networks of your own: a range or AS number and a name a line")
    .option(
      "--slack-allow-list <file>",
      "more networks of your own: the answer of admin.audit.anomaly.allow.getItem",
    )
    .option("--staff <file>", "CSV with a column email or id: what alerts say of who did it");
}
