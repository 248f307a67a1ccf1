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

/**
 * The same of a file of JSON, in which no name may be twice in an object: only one would count.
 * No error quotes the file, which may hold a secret by mistake.
 */
export function readNamedJson<T>(
  option: string,
  file: string,
  parse: (value: unknown) => T,
): Promise<T> {
  return readNamedFile(option, file, (bytes) => {
    // Some editors begin a file with a byte order mark, which the decoder drops.
    const text = new TextDecoder().decode(bytes);
    const value = parseJson(text);
    const content = Buffer.from(text);
    const repeated = repeatedName(content, 0);
    if (repeated === undefined) return parse(value);
    const line = content.subarray(0, repeated).toString().split("\n").length;
    throw new Error(`line ${line} has a name that is in its object already`);
  });
}

/**
 * @param text - JSON that is known to be right; a value of it begins at `start`
 * @returns where a name begins that is in its object already
 */
function repeatedName(text: Buffer, start: number): number | undefined {
  const at = skipSpace(text, start);
  let repeated: number | undefined;
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
      if (names.has(name)) repeated ??= nameStart;
      names.add(name);
      return visit(value);
    });
  }
  return repeated;
}

/** @throws {Error} that says what is wrong, and where */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    // V8 either names the place or quotes the text around it.
    if (!isQuoting(message)) throw new Error(`not valid JSON: ${message}`);
    throw new Error(
      `not valid JSON: line ${quotedLine(text)} has something unexpected; each text must be in double quotes`,
    );
  }
}

function isQuoting(message: string): boolean {
  return message.endsWith("is not valid JSON");
}

/** @returns the first line, from 1, up to which the same is wrong with the text */
function quotedLine(text: string): number {
  const lines = text.split("\n");
  const isWrong = (line: number) => {
    try {
      JSON.parse(lines.slice(0, line).join("\n"));
      return false;
    } catch (error) {
      return isQuoting((error as SyntaxError).message);
    }
  };
  return lines.findIndex((_, index) => isWrong(index + 1)) + 1;
}
