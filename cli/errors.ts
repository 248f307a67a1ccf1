import { getSystemErrorMessage } from "node:util";
import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import { describeMissingDependency } from "./optional-dependency.ts";
import { showControls } from "./output/controls.ts";
import { InterruptedError } from "./run/interrupt.ts";
import { describeAwsError, isRegionMissing } from "./stack/aws-problem.ts";

/** The command cannot be run as it was called. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

/** Mistakes in how the command was called. */
const USAGE_CODES = new Set([
  "usage",
  "token_missing",
  "slack_configuration_error",
  "query_invalid",
  "query_parameter_invalid",
  "backfill_plan",
]);

/** Of the operating system: the user must mend the rights or the links of a path, or name another. */
const PATH_CODES = new Set(["EACCES", "ELOOP", "EPERM", "EROFS"]);

/** Another process is in the way, and ends by itself. */
const BUSY_CODES = new Set(["source_busy", "checkpoint_busy"]);

/**
 * Tell the user what went wrong: a mistake of theirs or a failure outside in one
 * line, a bug with its stack trace.
 *
 * @param command - what the user called, such as `query`
 * @returns the exit code
 */
export function reportError(error: unknown, command = ""): number {
  if (error instanceof CommanderError) {
    // Commander has printed the error, or --help has ended.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof InterruptedError) return EXIT.interrupted;
  const missing = describeMissingDependency(error, command);
  if (missing !== undefined) {
    process.stderr.write(toErrorLine(missing));
    return EXIT.usage;
  }
  const awsProblem = describeAwsError(error);
  if (awsProblem !== undefined) {
    process.stderr.write(toErrorLine(awsProblem));
    return isRegionMissing(error) ? EXIT.usage : EXIT.failed;
  }
  if (isExpected(error)) process.stderr.write(toErrorLine(describe(error)));
  else console.error(error);
  if (!isExpected(error)) return EXIT.failed;
  if (BUSY_CODES.has(error.code)) return EXIT.tryAgain;
  return USAGE_CODES.has(error.code) || PATH_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
}

/** One line about a call that is made again, so that nobody wonders why nothing happens. */
export function noteTrouble(failure: Error): void {
  process.stderr.write(toErrorLine(`a call to Slack failed, trying again: ${failure.message}`));
}

/**
 * Why a file that the user named cannot be read or is not valid, for a message that names it: the
 * operating system's own names a call.
 */
export function describeFileProblem(cause: unknown): string {
  const { code, errno, syscall, message } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT") return syscall === "scandir" ? "no such folder" : "no such file";
  if (code === "EISDIR") return "is a folder";
  return errno === undefined ? message : getSystemErrorMessage(errno);
}

/** SQLite's own messages do not say which file they are about; the operating system's name a call. */
function describe({ code, message, errno, path }: NodeJS.ErrnoException): string {
  if (code === "ERR_SQLITE_ERROR") return `checkpoints.sqlite: ${message}`;
  return errno === undefined || path === undefined
    ? message
    : `${path}: ${getSystemErrorMessage(errno)}`;
}

/** Our own errors have a code such as `object_missing`; the operating system's name a call. */
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
    .replace(/\bxox\w[-.][\w-]+/g, "[token]") // Commander quotes unknown arguments.
    .trim()
    .replace(/\s*\n\s*/g, " ");
  return `audit-lake: ${showControls(text)}\n`;
}
