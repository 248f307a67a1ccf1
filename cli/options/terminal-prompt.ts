import type { Readable } from "node:stream";
import { InterruptedError } from "../run/interrupt.ts";

/** Where a question is asked: answers come from `input`, what is shown goes to `output`. */
export interface Terminal {
  input: Readable & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/** Standard output is for results. */
export const STANDARD_TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Ask one question with one of Inquirer's prompts.
 *
 * @param prompt - given the terminal, and a signal that ends it
 * @returns the answer; undefined when the input ended without one (Ctrl-D)
 * @throws {InterruptedError} on Ctrl-C
 */
export async function askAtTerminal<Answer>(
  { input, output }: Terminal,
  prompt: (context: {
    input: Readable;
    output: NodeJS.WritableStream;
    signal: AbortSignal;
  }) => Promise<Answer>,
): Promise<Answer | undefined> {
  // At Ctrl-D readline pauses its input, and the prompt would wait forever.
  const ended = new AbortController();
  const end = () => ended.abort();
  input.once("pause", end);
  try {
    return await prompt({ input, output, signal: ended.signal });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === "ExitPromptError") throw new InterruptedError("interrupted");
    if (error.name === "AbortPromptError") return undefined;
    throw error;
  } finally {
    input.off("pause", end);
  }
}
