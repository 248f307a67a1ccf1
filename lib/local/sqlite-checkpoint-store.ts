import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { liveWriter, sourceOfWriter, writerPrefix } from "../archive/writer.ts";
import {
  type Acquired,
  type Checkpoint,
  type CheckpointStatus,
  type CheckpointStore,
  type Claim,
  type Claimed,
  type Lease,
  LeaseLostError,
  type WriterStatus,
} from "../ports.ts";
import {
  type ClaimRow,
  checkpointOf,
  claimOf,
  leaseOf,
  type Row,
  statusOf,
} from "./checkpoint-rows.ts";
import { makeFile, OWNER_ONLY } from "./owner-only.ts";
import { isBusy, isFull, ProcessLocks } from "./process-locks.ts";
import { endTransaction } from "./sqlite-transaction.ts";

const FILE_NAME = "checkpoints.sqlite";

/** A write holds the file for a few milliseconds; a disk that stalls, for longer. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Checkpoints in `checkpoints.sqlite` in the archive's directory.
 *
 * A process that is killed cannot release its lease, and nobody wants to wait
 * at a terminal until it expires; one that is stopped (Ctrl-Z) wakes up and
 * goes on writing where it was. So a holder also keeps a lock, which the
 * operating system drops when the process dies, and not before: whoever gets
 * the lock knows that the holder is gone, and nobody takes over while it is
 * there, expired or not.
 */
export class SqliteCheckpointStore implements CheckpointStore {
  readonly #database: DatabaseSync;
  readonly #locks: ProcessLocks;

  /** Whether a run or an import has ever been in this directory. */
  static isIn(directory: string): boolean {
    return existsSync(join(directory, FILE_NAME));
  }

  /**
   * @param directory - of the archive; made when it is not there
   * @param options.busyTimeoutMs - how long to wait for another process that writes
   */
  constructor(directory: string, { busyTimeoutMs = BUSY_TIMEOUT_MS } = {}) {
    mkdirSync(directory, { recursive: true, mode: OWNER_ONLY.directory });
    this.#locks = new ProcessLocks(directory);
    this.#database = openDatabase(join(directory, FILE_NAME), busyTimeoutMs);
  }

  async acquire(source: string, lease: Lease, nowMs: number): Promise<Acquired> {
    return this.#inTransaction(() => {
      const row = this.#row(source);
      const holder = row && leaseOf(row);
      if (!this.#locks.tryLock(source, lease.owner)) {
        // Its holder is alive, however long ago its lease ran out.
        return { held: false, heldBy: holder ?? { owner: "another process", expiresAt: nowMs } };
      }
      const isDead = row?.lease_has_lock === 1;
      const isFree = !holder || holder.expiresAt <= nowMs || holder.owner === lease.owner;
      if (!isFree && !isDead) {
        this.#locks.unlock(source, lease.owner);
        return { held: false, heldBy: holder };
      }
      this.#database
        .prepare(`
          INSERT INTO checkpoints (source, lease_owner, lease_expires_at, lease_has_lock, updated_at)
          VALUES (?, ?, ?, 1, ?)
          ON CONFLICT (source) DO UPDATE SET
            lease_owner = excluded.lease_owner,
            lease_expires_at = excluded.lease_expires_at,
            lease_has_lock = excluded.lease_has_lock,
            updated_at = excluded.updated_at
        `)
        .run(source, lease.owner, lease.expiresAt, nowMs);
      return { held: true, checkpoint: row && checkpointOf(row) };
    });
  }

  async save(source: string, lease: Lease, checkpoint: Checkpoint, nowMs: number): Promise<void> {
    const { changes } = unlessBusy(() =>
      this.#database
        .prepare(`
        UPDATE checkpoints SET checkpoint = ?, lease_expires_at = ?, updated_at = ?
        WHERE source = ? AND lease_owner = ?
      `)
        .run(JSON.stringify(checkpoint), lease.expiresAt, nowMs, source, lease.owner),
    );
    if (changes === 0) {
      this.#locks.unlock(source, lease.owner);
      throw new LeaseLostError(source);
    }
  }

  async release(source: string, owner: string, nowMs: number): Promise<void> {
    this.#inTransaction(() => {
      this.#database
        .prepare(`
          UPDATE checkpoints
          SET lease_owner = NULL, lease_expires_at = NULL, lease_has_lock = 0, updated_at = ?
          WHERE source = ? AND lease_owner = ?
        `)
        .run(nowMs, source, owner);
      // Within the transaction: who finds the lease free must find the lock free too.
      this.#locks.unlock(source, owner);
    });
  }

  async claim(source: string, claim: Claim, nowMs: number): Promise<Claimed> {
    const { writer, owner, range, expiresAt } = claim;
    return this.#inTransaction(() => {
      const others = this.#database
        .prepare(`
          SELECT * FROM claims
          WHERE source = ? AND writer <> ? AND range_from < ? AND range_until > ?
        `)
        .all(source, writer, range.until, range.from) as unknown as ClaimRow[];
      const other = others.find((row) => this.#locks.isAlive(row.writer, row.owner));
      if (other !== undefined) {
        return { claimed: false, heldBy: claimOf(other) };
      }
      const remove = this.#database.prepare("DELETE FROM claims WHERE source = ? AND writer = ?");
      for (const dead of others) remove.run(source, dead.writer);
      this.#database
        .prepare(`
          INSERT OR REPLACE INTO claims
            (source, writer, owner, range_from, range_until, expires_at, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
        `)
        .run(source, writer, owner, range.from, range.until, expiresAt, nowMs);
      return { claimed: true };
    });
  }

  async unclaim(source: string, writer: string, owner: string): Promise<void> {
    this.#database
      .prepare("DELETE FROM claims WHERE source = ? AND writer = ? AND owner = ?")
      .run(source, writer, owner);
  }

  async claims(source: string): Promise<Claim[]> {
    const rows = this.#database
      .prepare("SELECT * FROM claims WHERE source = ? ORDER BY writer")
      .all(source) as unknown as ClaimRow[];
    return rows.map(claimOf);
  }

  async read(source: string): Promise<CheckpointStatus | undefined> {
    const row = this.#row(source);
    return row && statusOf(row);
  }

  async writers(source: string): Promise<WriterStatus[]> {
    const rows = this.#database
      .prepare(
        "SELECT * FROM checkpoints WHERE source = ? OR substr(source, 1, ?) = ? ORDER BY source",
      )
      .all(
        liveWriter(source),
        writerPrefix(source).length,
        writerPrefix(source),
      ) as unknown as Row[];
    return rows.map((row) => ({ writer: row.source, ...statusOf(row) }));
  }

  /** Whether the process that holds a writer's lease is still there, whatever the lease says. */
  isAlive(writer: string, { owner }: Lease): boolean {
    return this.#locks.isAlive(writer, owner);
  }

  /** Every source that ever ran, ascending. */
  async sources(): Promise<string[]> {
    const rows = this.#database.prepare("SELECT source FROM checkpoints ORDER BY source").all();
    return [...new Set(rows.map((row) => sourceOfWriter(String(row.source))))];
  }

  /** Leases that are still held can be taken over from here on. */
  close(): void {
    this.#locks.close();
    this.#database.close();
  }

  #row(source: string): Row | undefined {
    return this.#database.prepare("SELECT * FROM checkpoints WHERE source = ?").get(source) as
      | Row
      | undefined;
  }

  #inTransaction<T>(work: () => T): T {
    unlessBusy(() => this.#database.exec("BEGIN IMMEDIATE"));
    return endTransaction(this.#database, work);
  }
}

function openDatabase(path: string, busyTimeoutMs: number): DatabaseSync {
  try {
    makeFile(path); // its journal gets the same mode
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    database.exec(`
      CREATE TABLE IF NOT EXISTS checkpoints (
        source TEXT PRIMARY KEY,
        checkpoint TEXT,
        lease_owner TEXT,
        lease_expires_at INTEGER,
        lease_has_lock INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS claims (
        source TEXT NOT NULL,
        writer TEXT NOT NULL,
        owner TEXT NOT NULL,
        range_from INTEGER NOT NULL,
        range_until INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (source, writer)
      ) STRICT
    `);
    return database;
  } catch (cause) {
    if (isBusy(cause)) throw new CheckpointBusyError({ cause });
    if (existsSync(path)) accessSync(path, constants.R_OK);
    throw isFull(cause) ? cause : new CheckpointFileError(path, cause);
  }
}

/** Another process has the file locked for longer than a write takes: it was stopped in the middle of one. */
class CheckpointBusyError extends Error {
  override readonly name = "CheckpointBusyError";
  readonly code = "checkpoint_busy";
  constructor(options?: ErrorOptions) {
    super(
      `${FILE_NAME} is locked by another process, which may have been stopped in the middle of a write; try again when it has gone on or ended`,
      options,
    );
  }
}

/** @throws {CheckpointBusyError} when another process has the file locked */
function unlessBusy<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isBusy(error) ? new CheckpointBusyError({ cause: error }) : error;
  }
}

/** SQLite cannot use the file. */
export class CheckpointFileError extends Error {
  override readonly name = "CheckpointFileError";
  readonly code = "checkpoint_file";
  constructor(path: string, cause: unknown) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    super(
      `cannot use ${path} (${problem}): it says how far runs have come, and all else is in the archive; restore it, or move it away and run again with --from where the archive begins`,
      { cause },
    );
  }
}
