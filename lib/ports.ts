/**
 * What a run needs from the world. `lib/aws` and `lib/local` implement these;
 * one contract suite per port (`test/contracts/`) holds every adapter to the
 * sentences below.
 */

import type { TimeRange } from "./time.ts";

export type { Clock } from "./slack/clock.ts";

/** An object as a listing shows it. */
export interface StoredObject {
  key: string;
  sizeBytes: number;
}

/**
 * Immutable objects under string keys. There is no overwrite and no delete:
 * evidence is only ever added.
 */
export interface ArchiveStore {
  /**
   * Store an object unless its key is taken. Atomic: a reader sees all of the
   * object or none of it, whatever interrupts the call.
   *
   * @returns `created`, or `exists` when the key was there before, which
   * includes an earlier attempt of this call whose answer was lost
   */
  put(key: string, body: Uint8Array, signal?: AbortSignal): Promise<"created" | "exists">;
  /** Every object whose key starts with `prefix`, ascending by key; nothing when there is none. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /**
   * @throws {ObjectMissingError} when there is no such object
   * @throws {ArchiveObjectError} of `lib/archive/archive-object.ts`, when what has its name cannot
   * be read, such as a folder
   */
  get(key: string): Promise<Uint8Array>;
}

/** `ArchiveStore.get` was asked for a key that is not there. */
export class ObjectMissingError extends Error {
  override readonly name = "ObjectMissingError";
  readonly code = "object_missing";
  constructor(key: string, options?: ErrorOptions) {
    super(
      `no object ${key} in the archive: it was listed before, so something deleted it`,
      options,
    );
  }
}

/** A listing that was cut off between two of its pages. */
export interface PageCursor {
  /** Bounds of the window it pages through, epoch seconds: `oldest` included, `latest` excluded. */
  oldest: number;
  latest: number;
  /** Slack's opaque cursor for the next page; may have expired. */
  cursor: string;
}

/** What a look for the first second that Slack lists knows; see `lib/run/first-listed.ts`. Epoch seconds. */
export interface FirstListedSearch {
  /** The last second that Slack is known to refuse, and how often in a row it has. */
  refused: number;
  refusals: number;
  /** The first that it is known to list. */
  listed: number;
}

/** What a writer has counted, and under which settings; see `lib/run/lateness.ts`. */
export interface WriterCounts {
  /** Epoch milliseconds. */
  startedAtMs?: number;
  settleDelaySeconds?: number;
  allowedLatenessSeconds?: number;
  /** Pages that were listed, and entries in them, each once. */
  pages?: number;
  entries?: number;
  /** Of the writer that seals: days. */
  days?: number;
  /** Entries that came later than half of so many seconds, and no later than these. */
  [late: `late_below_${number}`]: number;
}

/** How far a writer has come. All of it fits one DynamoDB item. */
export interface Checkpoint {
  /** Epoch seconds at which the writer begins; nothing below it is asked for. */
  start: number;
  /** Epoch seconds: every entry seen below it is in the archive. */
  watermark: number;
  /** Present while a window of several pages is half read. */
  pageCursor?: PageCursor | undefined;
  /** Present while the first second that Slack lists at or after the watermark is looked for. */
  firstListedSearch?: FirstListedSearch | undefined;
  /** Observed density, from which the next window is sized. */
  entriesPerSecond: number;
  /** Epoch milliseconds before which Slack asked not to be called again. */
  notBefore?: number | undefined;
  /** Epoch seconds at which the last late scan began, or the first run. */
  lateScannedAt?: number | undefined;
  /** Epoch seconds: how far a late scan that was cut off has come; absent when none is open. */
  lateScanPosition?: number | undefined;
  /**
   * What the writer has counted below its watermark. Saved with it, so that an
   * interruption neither loses a count nor counts anything twice.
   */
  tally?: WriterCounts | undefined;
  /** Of a backfill's span: it ends at the watermark, and what is above it was never planned. */
  cancelled?: true | undefined;
  /** Of the writer that seals days: the chain, and the hour that is being reconciled. */
  closing?: Sealing | undefined;
}

/** How far the seal of a day is. The day begins at the checkpoint's `start`; all below its watermark is compared. */
export interface Sealing {
  /** The newest manifest of the chain; null before the first. */
  head: { day: string; sequence: number; sha256: string; revision?: number | undefined } | null;
  /** Names the records of this attempt at the day, which no other attempt uses. */
  attempt?: string | undefined;
  /** Of the hours below the watermark that have no record yet, by their number, 0 to 23. */
  hours: Record<string, ReconciledHour>;
}

/** What a comparison of Slack's listing with the archive has found. */
export interface ReconciledHour {
  /** Entries that Slack listed, each id once. */
  listed: number;
  /** Entries that were missing in the archive, and stored. */
  late: number;
  /** Archived lines that Slack did not list at their time, and the ids of the first of them. */
  onlyInArchive: number;
  onlyInArchiveIds: string[];
  /** Ids that both have with different texts, and the first of them. */
  differs?: number | undefined;
  differsIds?: string[] | undefined;
  /** How late the late ones were; see `lib/run/lateness.ts`. */
  lateness: Record<string, number>;
}

/** The right to save a writer's checkpoint. */
export interface Lease {
  /** Unique to one run. */
  owner: string;
  /** Epoch milliseconds after which another run may take over. */
  expiresAt: number;
}

export type Acquired =
  | { held: true; checkpoint: Checkpoint | undefined }
  | { held: false; heldBy: Lease };

/**
 * A stretch of a source's time that one writer has to itself. No two claims of
 * a source overlap: the store refuses the second (docs/adr/0014-claims.md).
 */
export interface Claim {
  /** Name of the writer, which is that of its checkpoint: see `lib/archive/writer.ts`. */
  writer: string;
  /** Of the writer's lease; unique to one run. */
  owner: string;
  range: TimeRange;
  /** Epoch milliseconds after which another writer may claim the range. */
  expiresAt: number;
}

export type Claimed = { claimed: true } | { claimed: false; heldBy: Claim };

/** A checkpoint as `status` shows it. */
export interface CheckpointStatus {
  checkpoint: Checkpoint | undefined;
  lease: Lease | undefined;
  /** Epoch milliseconds of the last write. */
  updatedAt: number;
}

/** An item as a listing shows it. */
export interface WriterStatus extends CheckpointStatus {
  writer: string;
}

/**
 * One item for each writer, changed only by conditional single-item writes, so that a
 * run that lost its lease cannot move the watermark. The writers of a
 * source are in `lib/archive/writer.ts`.
 */
export interface CheckpointStore {
  /**
   * Take the lease when it is free, expired at `nowMs`, or already held by the
   * same owner (an earlier attempt whose answer was lost).
   */
  acquire(writer: string, lease: Lease, nowMs: number): Promise<Acquired>;
  /**
   * Replace the checkpoint and extend the lease to `lease.expiresAt`.
   *
   * @throws {LeaseLostError} when `lease.owner` no longer holds the lease; nothing is written
   */
  save(writer: string, lease: Lease, checkpoint: Checkpoint, nowMs: number): Promise<void>;
  /** Give the lease up; nothing happens when `owner` does not hold it. */
  release(writer: string, owner: string, nowMs: number): Promise<void>;
  /**
   * Claim a range of the source's time, in place of what the same writer has
   * claimed before. Atomic: of two claims that overlap, one is refused.
   *
   * A claim is free for others once it has expired at `nowMs`. Where the store
   * can tell whether the holder is alive, that counts instead: a holder that is
   * alive keeps its claim however late it is, and a dead one loses it at once.
   *
   * @param claim - of a writer whose lease the caller holds
   */
  claim(source: string, claim: Claim, nowMs: number): Promise<Claimed>;
  /** Give the writer's claim up; nothing happens when `owner` does not hold it. */
  unclaim(source: string, writer: string, owner: string): Promise<void>;
  /** All claims of a source, expired ones too, ascending by writer. */
  claims(source: string): Promise<Claim[]>;
  /** @returns nothing when the writer was never worked on */
  read(writer: string): Promise<CheckpointStatus | undefined>;
  /** All writers of a source that were ever worked on, ascending by name; the live one is among them. */
  writers(source: string): Promise<WriterStatus[]>;
}

/** Another run has taken the lease over: stop, and write nothing more. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
  readonly code = "lease_lost";
  constructor(writer: string, options?: ErrorOptions) {
    super(`another run has taken over the lease on "${writer}"; this run stops here`, options);
  }
}

/** Where the Slack token comes from. It lives in memory only. */
export interface TokenProvider {
  /** The token, cached after the first call. */
  get(): Promise<string>;
  /** Read it again from its origin, after Slack refused it: it may have been rotated. */
  refresh(): Promise<string>;
}

/** Exchanges a refresh token at Slack for the tokens that follow. */
export interface TokenExchange {
  /**
   * @param app - without a secret when it is a public client
   * @param options - `deadlineMs`: epoch milliseconds at which it gives up
   * @returns `refresh` is absent when the app no longer rotates its tokens
   */
  refresh(
    app: { clientId: string; clientSecret?: string | undefined },
    refreshToken: string,
    options: { deadlineMs: number },
  ): Promise<{
    token: string;
    refresh?: { refreshToken: string; expiresInSeconds: number } | undefined;
  }>;
}

/** Signs what the close of day seals. The private key stays where it is. */
export interface ManifestSigner {
  /** @returns an ECDSA signature of the message's SHA-256, DER, as `openssl dgst -sha256 -verify` takes it */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** The token has expired, and could not be refreshed; the next attempt is later than this run. */
export class TokenRefreshError extends Error {
  override readonly name = "TokenRefreshError";
  readonly code = "token_refresh_failed";
}

/** There is no token to use. */
export class TokenMissingError extends Error {
  override readonly name = "TokenMissingError";
  readonly code = "token_missing";
}
