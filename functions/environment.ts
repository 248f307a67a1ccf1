import type { z } from "zod";

/**
 * A function's configuration, from its environment.
 *
 * @throws {Error} naming each variable that is missing or wrong; thrown at start, before any event
 */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  variables: NodeJS.ProcessEnv = process.env,
): z.output<Schema> {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".")}: ${message}`,
    );
    throw new Error(`the function's environment is wrong: ${problems.join("; ")}`);
  }
  return parsed.data;
}
