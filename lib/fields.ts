/**
 * The kinds of value in what users configure. The error of each says which
 * value is wrong and what is allowed in its place.
 */
import * as z from "zod";

/** What an error says of a value that `allowed` does not describe. */
type Wording = (allowed: string) => (issue: { input?: unknown }) => string;

/** It quotes the value. */
export const isNot: Wording =
  (allowed) =>
  ({ input }) =>
    input === undefined
      ? `is missing; write ${allowed}`
      : `${JSON.stringify(input)} is not ${allowed}`;

/** It does not: where secrets are configured, any value may be one that is in the wrong place. */
export const mustBe: Wording =
  (allowed) =>
  ({ input }) =>
    input === undefined ? `is missing; write ${allowed}` : `must be ${allowed}`;

/** Too short and too plain to be a secret. */
const PLAIN_KEY = /^[A-Za-z_-]{1,20}$/;

/** Whether an error may quote a name where secrets are configured too. */
export function isPlain(name: string): boolean {
  return PLAIN_KEY.test(name);
}

/** @param shownKeys - the unknown keys that an error quotes */
function kindsOf(wrong: Wording, shownKeys: RegExp) {
  const shown = (key: string) => (shownKeys.test(key) ? JSON.stringify(key) : "(not shown)");

  /** An object in which an unknown key is an error that lists the known ones. */
  function section<Shape extends z.ZodRawShape>(shape: Shape) {
    const allowed = Object.keys(shape).join(", ");
    return z.strictObject(shape, {
      error: (issue) =>
        issue.code === "unrecognized_keys"
          ? `unknown key ${issue.keys.map(shown).join(", ")}; allowed: ${allowed}`
          : wrong(`an object with the keys ${allowed}`)(issue),
    });
  }

  function list<Item extends z.ZodType>(item: Item, allowed: string) {
    return z.array(item, { error: wrong(allowed) });
  }

  function matching(pattern: RegExp, allowed: string) {
    const error = wrong(allowed);
    return z.string({ error }).regex(pattern, { error });
  }

  function oneOf<const Values extends readonly string[]>(values: Values) {
    return z.enum(values, { error: wrong(`one of ${values.join(", ")}`) });
  }

  return { section, list, matching, oneOf };
}

export const { section, list, matching, oneOf } = kindsOf(isNot, /^/);

/** The same where secrets are configured. */
export const UNQUOTED = kindsOf(mustBe, PLAIN_KEY);
