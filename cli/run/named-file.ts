import { readFile } from "node:fs/promises";
import { endOfValue, skipSpace } from "../../lib/slack/json-value.ts";
import { nameAt, walkElements, walkMembers } from "../../lib/slack/raw-json.ts";
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

/** The same of a file of JSON, in which no name may be twice in an object: only one would count. */
export function readNamedJson<T>(
  option: string,
  file: string,
  parse: (value: unknown) => T,
): Promise<T> {
  return readNamedFile(option, file, (content) => {
    const value: unknown = JSON.parse(content.toString());
    const repeated = repeatedName(content, 0);
    if (repeated !== undefined) throw new Error(`"${repeated}" is there twice in one object`);
    return parse(value);
  });
}

/** @param text - JSON that is known to be right; a value of it begins at `start` */
function repeatedName(text: Buffer, start: number): string | undefined {
  const at = skipSpace(text, start);
  let repeated: string | undefined;
  const visit = (value: number) => {
    repeated ??= repeatedName(text, value);
    return endOfValue(text, value);
  };
  const open = text.toString("latin1", at, at + 1);
  if (open === "[") walkElements(text, at, visit);
  if (open === "{") {
    const names = new Set<string>();
    walkMembers(text, at, (nameStart, value) => {
      const name = nameAt(text, nameStart);
      if (names.has(name)) repeated ??= name;
      names.add(name);
      return visit(value);
    });
  }
  return repeated;
}
