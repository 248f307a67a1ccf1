/** A file that the user names. */
export interface ContextFile {
  /** As the user wrote it, for messages. */
  name: string;
  content: Uint8Array;
}

/** As much of a file as an error says, in characters. */
const SAID_MAX = 80;

/** What an error says of a file's text: its beginning. */
export function cut(text: string): string {
  const characters = Array.from(text.slice(0, 2 * SAID_MAX + 2));
  return characters.length > SAID_MAX ? `${characters.slice(0, SAID_MAX).join("")}…` : text;
}

/** A file of context is not what it should be. One line, whatever it quotes of the file: see {@link cut}. */
export class ContextFileError extends Error {
  override readonly name = "ContextFileError";
  readonly code = "context_file_invalid";

  /** @param line - from 1; absent: the whole file */
  constructor(file: ContextFile, problem: string, line?: number, cause?: unknown) {
    const place = line === undefined ? "" : `, line ${line}`;
    super(`${file.name}${place}: ${problem.replace(/\s+/g, " ")}`, { cause });
  }
}

/** @throws {ContextFileError} when it is not UTF-8 */
export function textOf(file: ContextFile): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(file.content);
  } catch (cause) {
    throw new ContextFileError(file, "is not text in UTF-8", undefined, cause);
  }
}

/**
 * The lines that say something, without comments: what follows `#` or `;`.
 *
 * @throws {ContextFileError} when it is not UTF-8
 */
export function linesOf(file: ContextFile): { number: number; text: string }[] {
  return textOf(file)
    .split(/\r\n?|\n/)
    .map((line, index) => ({ number: index + 1, text: line.replace(/[#;].*$/, "").trim() }))
    .filter(({ text }) => text !== "");
}
