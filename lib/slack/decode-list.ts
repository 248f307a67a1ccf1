import { SlackBodyError } from "./errors.ts";
import { parseJson } from "./json-body.ts";

/**
 * The strings of a list that Slack sends as an array, or as an array written as
 * a JSON string: `details.succeeded_users`, for example.
 *
 * @returns none when it is absent or empty; one when it is a string that is no array
 * @throws {SlackBodyError} when it is anything else
 */
export function decodeList(value: unknown): string[] {
  if (value === undefined || value === null || value === "") {
    return [];
  }
  if (typeof value === "string") {
    return value.trimStart().startsWith("[") ? decodeList(parseJson(value)) : [value];
  }
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return value;
  }
  throw new SlackBodyError("wrong_shape", "expected a list of strings");
}
