import { type Command, InvalidArgumentError, Option } from "commander";
import { SOURCE_NAME } from "../../lib/archive/object-key.ts";
import { sourcesIn } from "../../lib/local/archive-directory.ts";
import { UsageError } from "../errors.ts";
import { defaultOf } from "./defaults.ts";
import { didYouMean } from "./suggestion.ts";

export const DEFAULT_SOURCE = "slack";

/** For commands that write: the one source that they write to. */
export function addSourceOption(command: Command): Command {
  return command.option(
    "--source <name>",
    "name of the organization in the archive",
    parseSource,
    defaultOf("source") ?? DEFAULT_SOURCE,
  );
}

/** For commands that read: one source out of all. */
export function sourceFilterOption(description = "only this organization (default: all)"): Option {
  return new Option("--source <name>", description)
    .argParser(parseSource)
    .default(defaultOf("source"));
}

/** For commands that need a deployed stack's secret. */
export function tokenSourceOption(): Option {
  return new Option(
    "--source <name>",
    "organization that the token is for; needed if the stack has several",
  ).argParser(parseSource);
}

function parseSource(text: string): string {
  if (!SOURCE_NAME.test(text)) {
    throw new InvalidArgumentError("Use lower-case letters, digits and hyphens, at most 63.");
  }
  return text;
}

/**
 * For commands that read what is there.
 *
 * @param directory - of the archive
 * @param source - absent when all are read
 * @throws {UsageError} when the archive has no such source; it names those that it has
 */
export async function checkSource(directory: string, source: string | undefined): Promise<void> {
  if (source === undefined) return;
  const known = await sourcesIn(directory);
  if (known.includes(source)) return;
  throw new UsageError(
    `the archive ${directory} has no source "${source}"; it has ${known.join(", ")}: name one with --source${didYouMean(source, known)}`,
  );
}

/** For commands that may create a source: say so when there are others, since a slip would. */
export async function noteNewSource(directory: string, source: string): Promise<void> {
  const known = await sourcesIn(directory);
  if (known.length === 0 || known.includes(source)) return;
  console.error(
    `audit-lake: "${source}" is a new source of the archive ${directory}, which has ${known.join(", ")}${didYouMean(source, known)}`,
  );
}
