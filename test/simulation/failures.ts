import { BrokenPromise } from "./broken-promise.ts";
import { TOKEN_START } from "./simulated-slack.ts";

/** @throws {BrokenPromise} when something that is shown to people shows the token */
export function refuseToken(...shown: unknown[]): void {
  if (shown.some((value) => showAll(value).includes(TOKEN_START))) {
    throw new BrokenPromise("the token is shown");
  }
}

/** A run may fail by what happened to it, not by itself. */
export function refuseBugs(error: unknown): void {
  if (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError
  ) {
    throw new BrokenPromise(`a bug: ${error.stack ?? error}`);
  }
}

/** The error that a failed run's summary carries. */
export function causeIn(summary: unknown): unknown {
  return typeof summary === "object" && summary !== null && "cause" in summary
    ? summary.cause
    : undefined;
}

/** Everything that a value could show of itself, its causes included. */
function showAll(value: unknown): string {
  if (!(value instanceof Error)) {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  }
  const { name, message, stack, cause, ...fields } = value;
  return `${name}${message}${stack}${JSON.stringify(fields)}${showAll(cause)}`;
}
