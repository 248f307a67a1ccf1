import { readFile } from "node:fs/promises";
import type { Detection } from "../../lib/detect/correlation.ts";
import { parseSuppressions, Suppressions } from "../../lib/detect/suppressions.ts";
import { UsageError } from "../errors.ts";

/** @throws {UsageError} when the file cannot be read, or is not a list of suppressions */
export async function readSuppressions(
  file: string | undefined,
  rules: readonly Detection[],
): Promise<Suppressions | undefined> {
  if (file === undefined) return undefined;
  try {
    return new Suppressions(parseSuppressions(JSON.parse(await readFile(file, "utf8")), rules));
  } catch (cause) {
    throw new UsageError(`--suppressions ${file}: ${(cause as Error).message}`, { cause });
  }
}
