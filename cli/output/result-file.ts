import { createWriteStream } from "node:fs";
import { type FileHandle, mkdtemp, open, realpath, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UsageError } from "../errors.ts";
import { writeOut } from "./standard-output.ts";

/** Read from disk and printed at once. */
const PIECE_BYTES = 256 * 1024;

/**
 * Write a file that is there whole or not at all. Of a symbolic link, the file that it leads to
 * is written.
 *
 * @param write - writes the file at this path, whatever was there
 * @param option - by which the path was given
 * @throws {UsageError} when there is something else than a file at the path, or no folder for it
 */
export async function writeWhole(
  path: string,
  write: (partial: string) => Promise<void>,
  option = "--file",
): Promise<void> {
  const target = await targetOf(path, option);
  const partial = `${target}.partial-${process.pid}`;
  try {
    await write(partial);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** A device or a pipe must not be replaced by a file. */
async function targetOf(path: string, option: string): Promise<string> {
  const found = await stat(path).catch(unlessMissing);
  if (found !== undefined) {
    if (found.isFile()) return realpath(path);
    throw new UsageError(
      `${option} ${path} is ${found.isDirectory() ? "a folder" : "no regular file"}: name a file${option === "--file" ? ", or leave --file out and redirect standard output" : ""}`,
    );
  }
  const folder = await stat(dirname(path)).catch(unlessMissing);
  if (!folder?.isDirectory()) {
    throw new UsageError(`${option} ${path}: there is no folder ${dirname(path)}`);
  }
  return path;
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}

/** Write text piece by piece, over what the file had. */
export async function writePieces(path: string, pieces: AsyncIterable<string>): Promise<void> {
  await pipeline(Readable.from(pieces), createWriteStream(path, { mode: 0o600 }));
}

/**
 * Print text once it is whole. Until then it is in a file without a name, which the
 * system removes however this ends.
 *
 * @param write - hands the text to `keep`, which replaces what it had before
 */
export async function printWhole(
  write: (keep: (pieces: AsyncIterable<string>) => Promise<void>) => Promise<void>,
): Promise<void> {
  const spool = await openNameless();
  try {
    await write((pieces) => writeFrom(spool, pieces));
    for (let position = 0; ; ) {
      const buffer = Buffer.allocUnsafe(PIECE_BYTES);
      const { bytesRead } = await spool.read(buffer, 0, PIECE_BYTES, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      if (!(await writeOut(buffer.subarray(0, bytesRead)))) break;
    }
  } finally {
    await spool.close();
  }
}

async function writeFrom(spool: FileHandle, pieces: AsyncIterable<string>): Promise<void> {
  await spool.truncate();
  let position = 0;
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece);
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await spool.write(bytes, written, null, position);
      written += bytesWritten;
      position += bytesWritten;
    }
  }
}

async function openNameless(): Promise<FileHandle> {
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-"));
  try {
    return await open(join(directory, "result"), "wx+", 0o600);
  } finally {
    await rm(directory, { recursive: true });
  }
}
