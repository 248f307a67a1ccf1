import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { ImportedFile } from "../../lib/import/import-entries.ts";
import { ExportError, parseExport } from "../../lib/slack/export-file.ts";
import { describeFileProblem, UsageError } from "../errors.ts";

/**
 * Read a file of entries, gzipped or not.
 *
 * @param name - `-` is standard input
 * @throws {UsageError} when it cannot be read, or is no export of entries
 */
export async function readExport(name: string): Promise<ImportedFile> {
  const file = await (name === "-" ? buffer(process.stdin) : readFile(name)).catch((cause) => {
    throw new UsageError(`cannot read ${name}: ${describeFileProblem(cause)}`, { cause });
  });
  try {
    return { name, entries: parseExport(await decode(file)) };
  } catch (cause) {
    if (!(cause instanceof ExportError)) throw cause;
    throw new UsageError(`cannot import ${name}: ${cause.message}`, { cause });
  }
}

/** @returns UTF-8 */
async function decode(file: Buffer): Promise<Buffer> {
  const text = isGzip(file) ? await unzip(file) : file;
  if (isUtf16(text)) {
    throw new ExportError("it is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8");
  }
  return text;
}

async function unzip(file: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(file);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new ExportError(`it cannot be unzipped: ${problem}`, { cause });
  }
}

function isGzip(file: Buffer): boolean {
  return file[0] === 0x1f && file[1] === 0x8b;
}

/** By its mark, or by the zero in the first character: JSON in UTF-8 has none. */
function isUtf16(text: Buffer): boolean {
  const [first, second] = text;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMarked || (text.length > 1 && (first === 0) !== (second === 0));
}
