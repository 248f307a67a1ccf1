import { UsageError } from "../errors.ts";
import { askAtTerminal, STANDARD_TERMINAL } from "./terminal-prompt.ts";

/**
 * Before work that only serves to be asked about, such as an estimate.
 *
 * @throws {UsageError} where nobody can be asked
 */
export function requireTerminal(terminal = STANDARD_TERMINAL): void {
  if (terminal.input.isTTY) return;
  throw new UsageError(
    "this asks before it begins, and there is no terminal: pass --yes (-y) to begin unasked",
  );
}

/**
 * Ask a question that is answered with yes or no; Enter alone means no.
 *
 * @throws {UsageError} when standard input is not a terminal
 * @throws {InterruptedError} on Ctrl-C
 */
export async function confirm(question: string, terminal = STANDARD_TERMINAL): Promise<boolean> {
  requireTerminal(terminal);
  const { default: prompt } = await import("@inquirer/confirm");
  const answer = await askAtTerminal(terminal, (context) =>
    prompt({ message: question, default: false }, context),
  );
  return answer === true;
}
