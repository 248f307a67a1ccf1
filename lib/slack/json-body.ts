import { type BodyProblem, SlackBodyError } from "./errors.ts";

/**
 * Parse a body that must be one JSON object.
 *
 * @throws {SlackBodyError} that says what the body is instead
 */
export function parseJsonBody(body: Uint8Array): Record<string, unknown> {
  const value = parseJson(new TextDecoder().decode(body));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SlackBodyError("wrong_shape", "expected an object");
  }
  return value as Record<string, unknown>;
}

/**
 * `JSON.parse` for text that came from outside.
 *
 * @throws {SlackBodyError} that says what the text is instead; the parser's own
 * error is left out, because it quotes the text
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SlackBodyError(problemOf(text, String(error)), `${text.length} characters`);
  }
}

function problemOf(text: string, parserMessage: string): BodyProblem {
  if (text.slice(0, 256).trimStart().startsWith("<")) {
    return "html";
  }
  // What V8 says when the text ended inside a value: so, or at a position that is the end.
  const position = / in JSON at position (\d+)/.exec(parserMessage)?.[1];
  return parserMessage.includes("end of JSON input") || Number(position) === text.length
    ? "cut"
    : "not_json";
}
