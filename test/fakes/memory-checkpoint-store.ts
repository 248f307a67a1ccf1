import { sourceOfWriter } from "../../lib/archive/writer.ts";
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
} from "../../lib/ports.ts";
import { overlaps } from "../../lib/time.ts";

/** Checkpoints in memory; remembers every checkpoint that was saved. */
export class MemoryCheckpointStore implements CheckpointStore {
  readonly items = new Map<string, CheckpointStatus>();
  readonly saved: Checkpoint[] = [];
  readonly #claims = new Map<string, Map<string, Claim>>();

  async acquire(source: string, lease: Lease, nowMs: number): Promise<Acquired> {
    const item = this.items.get(source);
    const holder = item?.lease;
    if (holder !== undefined && holder.owner !== lease.owner && holder.expiresAt > nowMs) {
      return { held: false, heldBy: holder };
    }
    this.items.set(source, { checkpoint: item?.checkpoint, lease, updatedAt: nowMs });
    return { held: true, checkpoint: item?.checkpoint };
  }

  async save(source: string, lease: Lease, checkpoint: Checkpoint, nowMs: number): Promise<void> {
    if (this.items.get(source)?.lease?.owner !== lease.owner) {
      throw new LeaseLostError(source);
    }
    this.saved.push(checkpoint);
    this.items.set(source, { checkpoint, lease, updatedAt: nowMs });
  }

  async release(source: string, owner: string, nowMs: number): Promise<void> {
    const item = this.items.get(source);
    if (item?.lease?.owner === owner) {
      this.items.set(source, { checkpoint: item.checkpoint, lease: undefined, updatedAt: nowMs });
    }
  }

  async read(source: string): Promise<CheckpointStatus | undefined> {
    return this.items.get(source);
  }

  async writers(source: string): Promise<WriterStatus[]> {
    return [...this.items]
      .filter(([writer]) => sourceOfWriter(writer) === source)
      .map(([writer, status]) => ({ writer, ...status }))
      .sort((a, b) => (a.writer < b.writer ? -1 : 1));
  }

  async claim(source: string, claim: Claim, nowMs: number): Promise<Claimed> {
    const claims = this.#claims.get(source) ?? new Map<string, Claim>();
    const others = [...claims.values()].filter(
      ({ writer, range }) => writer !== claim.writer && overlaps(range, claim.range),
    );
    const own = claims.get(claim.writer);
    const isNewer =
      own !== undefined && own.owner !== claim.owner && own.expiresAt > claim.expiresAt;
    const heldBy = others.find(({ expiresAt }) => expiresAt > nowMs) ?? (isNewer ? own : undefined);
    if (heldBy !== undefined) return { claimed: false, heldBy };
    for (const { writer } of others) claims.delete(writer);
    this.#claims.set(source, claims.set(claim.writer, claim));
    return { claimed: true };
  }

  async unclaim(source: string, writer: string, owner: string): Promise<void> {
    const claims = this.#claims.get(source);
    if (claims?.get(writer)?.owner === owner) claims.delete(writer);
  }

  async claims(source: string): Promise<Claim[]> {
    return [...(this.#claims.get(source)?.values() ?? [])].sort((a, b) =>
      a.writer < b.writer ? -1 : 1,
    );
  }
}
