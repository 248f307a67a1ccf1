import { readFile } from "node:fs/promises";
import { describeFileProblem, UsageError } from "../errors.ts";

/**
 * What a file holds that the user named with an option.
 *
 * @param option - such as `--config`
 * @throws {UsageError} naming option and file, when it cannot be read or `parse` throws
 */
export async function readNamedFile<T>(
  option: string,
  file: string,
  parse: (content: Buffer) => T,
): Promise<T> {
  try {
    return parse(await readFile(file));
  } catch (cause) {
    throw new UsageError(`${option} ${file}: ${describeFileProblem(cause)}`, { cause });
  }
}

/** The same of a file of JSON. */
export function readNamedJson<T>(
  option: string,
  file: string,
  parse: (value: unknown) => T,
): Promise<T> {
  return readNamedFile(option, file, (content) => parse(JSON.parse(content.toString())));
}
