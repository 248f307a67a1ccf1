import { UsageError } from "../errors.ts";
import { askAtTerminal, STANDARD_TERMINAL } from "./terminal-prompt.ts";

/**
 * Ask a question that is answered with yes or no; Enter alone means no.
 *
 * @throws {UsageError} when standard input is not a terminal
 * @throws {InterruptedError} on Ctrl-C
 */
export async function confirm(question: string, terminal = STANDARD_TERMINAL): Promise<boolean> {
  if (!terminal.input.isTTY) {
    throw new UsageError(`cannot ask "${question}" without a terminal: pass --yes to go ahead`);
  }
  const { default: prompt } = await import("@inquirer/confirm");
  const answer = await askAtTerminal(terminal, (context) =>
    prompt({ message: question, default: false }, context),
  );
  return answer === true;
}
