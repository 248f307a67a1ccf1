import { EXIT } from "../exit-codes.ts";

/**
 * Say it when standard output takes nothing more, and let the command go on to its end: a run
 * saves its work, and `verify | head` ends with the code of what it found.
 *
 * A reader that has seen enough, as `head`, is no failure.
 *
 * @param report - given the failure, once
 */
export function watchStandardOutput(report: (failure: Error) => void): void {
  let isReported = false;
  process.stdout.on("error", (failure: NodeJS.ErrnoException) => {
    if (failure.code === "EPIPE" || isReported) return;
    isReported = true;
    report(failure);
    // Whatever the command makes of its own work: its result did not arrive.
    process.once("exit", () => {
      process.exitCode = EXIT.failed;
    });
  });
}

/**
 * Write to standard output, no faster than it is read.
 *
 * @returns false when nothing more can be written: no need to go on
 */
export async function writeOut(chunk: string | Uint8Array): Promise<boolean> {
  await new Promise<void>((resolve) => process.stdout.write(chunk, () => resolve()));
  return process.stdout.writable;
}
