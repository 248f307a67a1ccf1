import type { Checkpoint, CheckpointStatus, Claim, Lease } from "../ports.ts";

/** What stands in the tables of `checkpoints.sqlite`. */

export interface ClaimRow {
  writer: string;
  owner: string;
  range_from: number;
  range_until: number;
  expires_at: number;
}

export interface Row {
  /** The writer. */
  source: string;
  checkpoint: string | null;
  lease_owner: string | null;
  lease_expires_at: number | null;
  lease_has_lock: number;
  updated_at: number;
}

export function statusOf(row: Row): CheckpointStatus {
  return { checkpoint: checkpointOf(row), lease: leaseOf(row), updatedAt: row.updated_at };
}

export function leaseOf(row: Row): Lease | undefined {
  return row.lease_owner === null || row.lease_expires_at === null
    ? undefined
    : { owner: row.lease_owner, expiresAt: row.lease_expires_at };
}

export function claimOf(row: ClaimRow): Claim {
  const { writer, owner, range_from: from, range_until: until, expires_at: expiresAt } = row;
  return { writer, owner, range: { from, until }, expiresAt };
}

export function checkpointOf(row: Row): Checkpoint | undefined {
  return row.checkpoint === null ? undefined : JSON.parse(row.checkpoint);
}
