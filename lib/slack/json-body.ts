import { type BodyProblem, SlackBodyError } from "./errors.ts";

/**
 * Parse a body that must be one JSON object.
 *
 * @throws {SlackBodyError} that says what the body is instead; the parser's own
 * error is left out, because it quotes the body
 */
export function parseJsonBody(body: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new SlackBodyError(diagnose(body, error), `${body.byteLength} bytes`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SlackBodyError("wrong_shape", "expected an object");
  }
  return value as Record<string, unknown>;
}

function diagnose(body: Uint8Array, error: unknown): BodyProblem {
  const start = new TextDecoder().decode(body.subarray(0, 256)).trimStart();
  if (start.startsWith("<")) {
    return "html";
  }
  // V8's two ways to say that the text ended inside a value.
  return error instanceof SyntaxError && /end of JSON input|Unterminated string/.test(error.message)
    ? "cut"
    : "not_json";
}
