import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { ArchiveObjectError } from "../archive/archive-object.ts";
import { ObjectMissingError } from "../ports.ts";

/** More than any object has: of the text in it, 512 MiB are read at most. */
const READ_BYTES_MAX = 640 * 1024 * 1024;

const NOT_A_FILE = "it is not a regular file";
const DENIED = "permission denied";
/** What is wrong with one file; of anything else, such as too many open ones, the run must hear. */
const PROBLEMS: Record<string, string> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EIO: "the disk cannot read it",
  ELOOP: "its links lead around in a circle",
  // Of a socket, or a device that is not there.
  ENXIO: NOT_A_FILE,
  ENODEV: NOT_A_FILE,
};

/**
 * @throws {ObjectMissingError} when nothing is there
 * @throws {ArchiveObjectError} when what is there is no file that can be read
 */
export async function readArchiveFile(path: string, key: string): Promise<Uint8Array> {
  return withFile(path, key, async (file, sizeBytes) => {
    if (sizeBytes > READ_BYTES_MAX) {
      throw new ArchiveObjectError(key, `it has ${sizeBytes} bytes, more than an object can have`);
    }
    const body = Buffer.allocUnsafeSlow(sizeBytes);
    let length = 0;
    for (let read = 1; length < sizeBytes && read > 0; length += read) {
      read = (await file.read(body, length, sizeBytes - length)).bytesRead;
    }
    return body.subarray(0, length);
  });
}

/**
 * SHA-256 of a file, hex.
 *
 * @throws {ObjectMissingError} when nothing is there
 * @throws {ArchiveObjectError} when what is there is no file that can be read
 */
export async function hashArchiveFile(path: string, key: string): Promise<string> {
  return withFile(path, key, async (file) => {
    const hash = createHash("sha256");
    await pipeline(file.createReadStream({ highWaterMark: 1024 * 1024 }), hash);
    return hash.digest("hex");
  });
}

/** Whatever is in the place of the file, this does not wait for it: a pipe may have nobody at its other end. */
async function withFile<T>(
  path: string,
  key: string,
  use: (file: FileHandle, sizeBytes: number) => Promise<T>,
): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) throw new ArchiveObjectError(key, NOT_A_FILE);
    return await use(file, found.size);
  } catch (error) {
    throw await explain(error, path, key);
  } finally {
    await file?.close();
  }
}

/**
 * What is wrong with what has the name of a file, without opening it.
 *
 * @returns nothing when it is a file, or a link to one
 * @throws {ObjectMissingError} when nothing is there
 */
export async function problemOfFile(path: string, key: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isFile() ? undefined : NOT_A_FILE;
  } catch (error) {
    const explained = await explain(error, path, key);
    if (explained instanceof ArchiveObjectError) return explained.problem;
    throw explained;
  }
}

/** @returns nothing when what was to be read is not there */
export async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error) => {
    if (error instanceof ObjectMissingError) return undefined;
    throw error;
  });
}

/** @returns what is there, a link that leads nowhere too; nothing when there is nothing */
export async function statIfThere(path: string): Promise<Stats | undefined> {
  return stat(path)
    .catch(() => lstat(path))
    .catch((error) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
}

async function explain(error: unknown, path: string, key: string): Promise<unknown> {
  const problem = PROBLEMS[codeOf(error) ?? ""];
  if (problem === DENIED) {
    const todo = "let this user read it, or be the user who may";
    return new ArchiveObjectError(key, problem, { cause: error, todo });
  }
  if (problem !== undefined) return new ArchiveObjectError(key, problem, { cause: error });
  if (!isMissing(error)) return error;
  return (await statIfThere(path)) === undefined
    ? new ObjectMissingError(key, { cause: error })
    : new ArchiveObjectError(key, "it is a link that leads nowhere", { cause: error });
}

/** Whether nothing has the name; a file may be in the place of a folder above it. */
export function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "");
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}
