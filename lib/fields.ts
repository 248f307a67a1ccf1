/**
 * The kinds of value in what users configure. The error of each says which
 * value is wrong and what is allowed in its place.
 */
import * as z from "zod";

/** What is wrong with a value that `allowed` does not describe. */
export function isNot(allowed: string) {
  return ({ input }: { input?: unknown }): string =>
    input === undefined
      ? `is missing; write ${allowed}`
      : `${JSON.stringify(input)} is not ${allowed}`;
}

/** An object in which an unknown key is an error that lists the known ones. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const allowed = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown key ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}; allowed: ${allowed}`
        : isNot(`an object with the keys ${allowed}`)(issue),
  });
}

export function list<Item extends z.ZodType>(item: Item, allowed: string) {
  return z.array(item, { error: isNot(allowed) });
}

export function matching(pattern: RegExp, allowed: string) {
  const error = isNot(allowed);
  return z.string({ error }).regex(pattern, { error });
}

export function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, { error: isNot(`one of ${values.join(", ")}`) });
}
