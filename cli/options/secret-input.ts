import type { Readable } from "node:stream";
import { UsageError } from "../errors.ts";
import { askAtTerminal, STANDARD_TERMINAL } from "./terminal-prompt.ts";

/** No secret is longer; a file given by mistake may be. */
const LENGTH_MAX = 4096;

/**
 * One line that must not be seen: typed without echo at a terminal, else the
 * first line of what is piped in.
 *
 * @param question - shown at a terminal
 * @returns the line, without white space around it
 * @throws {UsageError} when there is none, or it is longer than any secret
 * @throws {InterruptedError} on Ctrl-C at a terminal
 */
export async function readSecretLine(
  question: string,
  terminal = STANDARD_TERMINAL,
): Promise<string> {
  const { input } = terminal;
  const line = input.isTTY ? await askHidden(question, terminal) : await readFirstLine(input);
  const text = line.trim();
  if (text === "") {
    throw new UsageError("no token on standard input: type it when asked, or pipe it in");
  }
  return text;
}

async function askHidden(question: string, terminal: typeof STANDARD_TERMINAL): Promise<string> {
  const { default: prompt } = await import("@inquirer/password");
  const answer = await askAtTerminal(terminal, (context) =>
    // Without a mask not even its length is shown; the toggle would show all of it.
    prompt({ message: question, mask: false, toggleMask: false }, context),
  );
  return answer ?? "";
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
      `the first line on standard input is not a token: it has more than ${LENGTH_MAX} characters`,
    );
  }
  return line;
}
