import { CommanderError } from "commander";
import { TokenMissingError } from "../lib/ports.ts";
import { SlackConfigurationError } from "../lib/slack/errors.ts";
import { EXIT } from "./exit-codes.ts";

/** The user asked for something that cannot be done as asked. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

/**
 * Tell the user what went wrong: in one line what they or the world did, with
 * a stack trace what is a bug.
 *
 * @returns the exit code
 */
export function reportError(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has printed it, or it is the end of --help.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (isExpected(error)) process.stderr.write(toErrorLine(error.message));
  else console.error(error);
  return isUsage(error) ? EXIT.usage : EXIT.failed;
}

function isUsage(error: unknown): boolean {
  return (
    error instanceof UsageError ||
    error instanceof TokenMissingError ||
    error instanceof SlackConfigurationError
  );
}

/** Our own errors have a code like `object_missing`; the operating system's come from a call. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    (/^[a-z_]+$/.test(error.code) || "syscall" in error || error.code === "ERR_SQLITE_ERROR")
  );
}

/** One line that names the command, as other commands do. */
export function toErrorLine(message: string): string {
  const text = message
    .replace(/^error: /, "")
    .trim()
    .replace(/\s*\n\s*/g, " ");
  return `audit-lake: ${text}\n`;
}
