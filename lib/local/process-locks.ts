import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeFile, OWNER_ONLY } from "./owner-only.ts";

/** Folder beside the archive's. */
const LOCKS = ".locks";

/** SQLite's result code for 'another connection has it locked'. */
const SQLITE_BUSY = 5;

/** Whether SQLite gave up because another connection has the file locked. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

/** SQLite's result code for 'no space left'. */
const SQLITE_FULL = 13;

/** Whether SQLite gave up because the disk is full. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_FULL;
}

/**
 * Locks that the operating system drops when their process dies, one a name. A
 * lock is an open exclusive transaction on an empty SQLite file, because Node
 * has no file locks of its own. It needs a local disk.
 */
export class ProcessLocks {
  readonly #directory: string;
  /** By name. The operating system grants one lock a file, so there is never a second. */
  readonly #locks = new Map<string, { owner: string; file: DatabaseSync }>();

  /** @param archive - directory, whose folder of locks is made when it is needed */
  constructor(archive: string) {
    this.#directory = join(archive, LOCKS);
  }

  /** Take a lock without waiting. */
  tryLock(name: string, owner: string): boolean {
    if (this.#locks.get(name)?.owner === owner) return true;
    mkdirSync(this.#directory, { recursive: true, mode: OWNER_ONLY.directory });
    const path = join(this.#directory, `${encodeURIComponent(name)}.sqlite`);
    makeFile(path);
    const file = new DatabaseSync(path, { timeout: 0 });
    try {
      // In memory: nothing is ever written, so no journal need lie beside the file.
      file.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    } catch (error) {
      file.close();
      if (isBusy(error)) return false;
      throw error;
    }
    this.#locks.set(name, { owner, file });
    return true;
  }

  /** Nothing happens when `owner` does not have the lock. */
  unlock(name: string, owner: string): void {
    const lock = this.#locks.get(name);
    if (lock?.owner !== owner) return;
    lock.file.close();
    this.#locks.delete(name);
  }

  /** Whether the process in which `owner` took the lock is still there, awake or not. */
  isAlive(name: string, owner: string): boolean {
    const lock = this.#locks.get(name);
    if (lock !== undefined) return lock.owner === owner;
    const probe = randomUUID();
    if (!this.tryLock(name, probe)) return true;
    this.unlock(name, probe);
    return false;
  }

  close(): void {
    for (const { file } of this.#locks.values()) file.close();
    this.#locks.clear();
  }
}
