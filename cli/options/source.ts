import { type Command, InvalidArgumentError, Option } from "commander";
import { SOURCE_NAME } from "../../lib/archive/object-key.ts";

const DEFAULT_SOURCE = "slack";

/** For commands that write: the one source that they write to. */
export function addSourceOption(command: Command): Command {
  return command.option(
    "--source <name>",
    "name of the organization in the archive",
    parseSource,
    DEFAULT_SOURCE,
  );
}

/** For commands that read: one source out of all. */
export function sourceFilterOption(): Option {
  return new Option("--source <name>", "only this organization (default: all)").argParser(
    parseSource,
  );
}

export function parseSource(text: string): string {
  if (!SOURCE_NAME.test(text)) {
    throw new InvalidArgumentError("Use lower-case letters, digits and hyphens, at most 63.");
  }
  return text;
}
