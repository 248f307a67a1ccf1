import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { UsageError } from "../errors.ts";
import { InterruptedError } from "../run/interrupt.ts";

/** No secret is longer; a file given by mistake may be. */
const LENGTH_MAX = 4096;

interface TerminalInput extends Readable {
  isTTY?: boolean;
  setRawMode?: unknown;
}

/**
 * One line that must not be seen: typed without echo at a terminal, else the
 * first line of what is piped in.
 *
 * @param prompt - shown at a terminal
 * @returns the line, without white space around it
 * @throws {UsageError} when there is none, or it is longer than any secret
 * @throws {InterruptedError} on Ctrl-C at a terminal
 */
export async function readSecretLine(
  input: TerminalInput,
  terminal: Writable,
  prompt: string,
): Promise<string> {
  const line = input.isTTY ? await readMuted(input, terminal, prompt) : await readFirstLine(input);
  const text = line.trim();
  if (text === "") {
    throw new UsageError("nothing came on standard input: type the token, or pipe it in");
  }
  return text;
}

/**
 * In raw mode the terminal shows nothing by itself, and readline, which would,
 * has no output here.
 */
async function readMuted(input: Readable, terminal: Writable, prompt: string): Promise<string> {
  const lines = createInterface({ input, terminal: true, historySize: 0 });
  terminal.write(prompt);
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("SIGINT", () => reject(new InterruptedError("interrupted")));
      lines.once("close", () => resolve("")); // Ctrl-D
    });
  } finally {
    lines.close();
    terminal.write("\n");
  }
}

async function readFirstLine(input: Readable): Promise<string> {
  let text = "";
  for await (const chunk of input) {
    text += chunk;
    if (/[\r\n]/.test(text.trimStart()) || text.length > LENGTH_MAX) break;
  }
  const [line = ""] = text.trimStart().split(/[\r\n]/, 1);
  if (line.length > LENGTH_MAX) {
    throw new UsageError(
      `the first line of standard input is no token: it has more than ${LENGTH_MAX} characters`,
    );
  }
  return line;
}
