import { mkdtemp, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describeFileProblem, UsageError } from "../errors.ts";
import { writeOut } from "./standard-output.ts";

/** A result is about people. */
const OWNER_ONLY = 0o600;

/** Read from disk and printed at once. */
const PIECE_BYTES = 256 * 1024;

/**
 * Write a file that is there whole or not at all. Of a symbolic link, the file that it leads to
 * is written.
 *
 * @param write - writes the file at this path, whatever was there
 * @param option - by which the path was given
 * @throws {UsageError} when there is something else than a file at the path, or no folder for it
 * in which this user may write
 */
export async function writeWhole(
  path: string,
  write: (partial: string) => Promise<void>,
  option = "--file",
): Promise<void> {
  const target = await targetOf(path, option);
  const partial = `${target}.partial-${process.pid}`;
  // DuckDB knows no modes.
  await writeFile(partial, "", { mode: OWNER_ONLY }).catch((cause) => {
    throw new UsageError(`cannot write ${option} ${path}: ${describeFileProblem(cause)}`, {
      cause,
    });
  });
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

/** Write text or bytes piece by piece, over what the file had. */
export async function writePieces(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const file = await open(path, "w", OWNER_ONLY);
  try {
    for await (const piece of pieces) await file.appendFile(piece);
  } finally {
    await file.close();
  }
}

/**
 * Print text once it is whole. Until then it is in a file for this user alone; on Linux it
 * has no name, so that the system removes it however this ends.
 *
 * @param write - writes the file at this path, over what it had
 */
export async function printWhole(write: (path: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  const name = join(directory, "result");
  const spool = await open(name, "wx+", OWNER_ONLY);
  const isNameless = process.platform === "linux";
  if (isNameless) await remove();
  try {
    await write(isNameless ? `/dev/fd/${spool.fd}` : name);
    for (let position = 0; ; ) {
      const buffer = Buffer.allocUnsafe(PIECE_BYTES);
      const { bytesRead } = await spool.read(buffer, 0, PIECE_BYTES, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      if (!(await writeOut(buffer.subarray(0, bytesRead)))) break;
    }
  } finally {
    await spool.close();
    await remove();
  }
}
