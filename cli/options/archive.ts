import { constants, existsSync } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import {
  findArchiveAround,
  findArchivesBelow,
  isArchive,
} from "../../lib/local/archive-directory.ts";
import { UsageError } from "../errors.ts";
import { defaultOf } from "./defaults.ts";

export function addArchiveOption(command: Command): Command {
  return command.option(
    "--archive <dir>",
    "directory of the archive",
    defaultOf("archive") ?? "archive",
  );
}

/** Levels below a directory that is no archive at which one is looked for. */
const LEVELS_SEARCHED = 3;

/** @throws {UsageError} when there is no archive that can be read; it offers those nearby */
export async function checkReadable(directory: string): Promise<void> {
  await check(directory, constants.R_OK | constants.X_OK);
  if (await isArchive(directory)) return;
  const around = await findArchiveAround(directory);
  const near =
    around === undefined ? await findArchivesBelow(directory, LEVELS_SEARCHED) : [around];
  throw new UsageError(
    `there is no archive at ${directory}: nothing was ever stored in this directory${offer(near)}`,
  );
}

function offer(archives: readonly string[]): string {
  return archives.length === 0
    ? ""
    : `; did you mean --archive ${archives.join(", or --archive ")}?`;
}

/**
 * Make the directory if it is missing.
 *
 * @throws {UsageError} when it cannot be made or written to
 */
export async function checkWritable(directory: string): Promise<void> {
  await makeDirectory(resolve(directory)).catch((cause) => {
    throw new UsageError(`cannot create the archive ${directory}: ${reasonOf(cause)}`, { cause });
  });
  await check(directory, constants.R_OK | constants.W_OK | constants.X_OK);
}

/** Whether this user may write to it: a copy on a read-only file system is an archive, too. */
export async function isWritable(directory: string): Promise<boolean> {
  return access(directory, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function check(directory: string, mode: number): Promise<void> {
  const found = await stat(directory).catch(async (cause) => {
    const siblings = await findArchivesBelow(dirname(directory), 1);
    throw new UsageError(
      `there is no archive at ${directory}: ${reasonOf(cause)}${offer(siblings)}`,
      { cause },
    );
  });
  if (!found.isDirectory()) {
    throw new UsageError(`the archive ${directory} is not a directory`);
  }
  await access(directory, mode).catch((cause) => {
    throw new UsageError(`no access to the archive ${directory}: ${reasonOf(cause)}`, { cause });
  });
}

/** Unlike Node's recursive `mkdir`, this fails instead of looping where nothing can be made, as in /proc. */
async function makeDirectory(path: string): Promise<void> {
  if (existsSync(path)) return;
  if (!existsSync(dirname(path))) await makeDirectory(dirname(path));
  await mkdir(path);
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    ENOENT: "no such directory",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the file system is read-only",
    ENOTDIR: "part of the path is not a directory",
  };
  return reasons[error.code ?? ""] ?? error.message;
}
