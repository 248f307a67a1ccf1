import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import { InterruptedError } from "./run/interrupt.ts";
import { describeAwsError } from "./stack/aws-problem.ts";

/** The user asked for something that cannot be done as asked. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

/** Mistakes in how the command was called. */
const USAGE_CODES = new Set([
  "usage",
  "token_missing",
  "slack_configuration_error",
  "query_parameter_invalid",
  "backfill_plan",
]);

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
  if (error instanceof InterruptedError) return EXIT.interrupted;
  const awsProblem = describeAwsError(error);
  if (awsProblem !== undefined) {
    process.stderr.write(toErrorLine(awsProblem));
    return EXIT.failed;
  }
  if (isExpected(error)) process.stderr.write(toErrorLine(error.message));
  else console.error(error);
  return isExpected(error) && USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
}

/** Our own errors have a code like `object_missing`; the operating system's come from a call. */
function isExpected(error: unknown): error is Error & { code: string } {
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
    .replace(/\bxox\w[-.][\w-]+/g, "[token]") // Commander quotes what it does not know.
    .trim()
    .replace(/\s*\n\s*/g, " ");
  return `audit-lake: ${text}\n`;
}
