import { sourceOfLane } from "../../lib/archive/lane.ts";
import {
  type Acquired,
  type Checkpoint,
  type CheckpointStatus,
  type CheckpointStore,
  type LaneStatus,
  type Lease,
  LeaseLostError,
} from "../../lib/ports.ts";

/** Checkpoints in memory; remembers every checkpoint that was saved. */
export class MemoryCheckpointStore implements CheckpointStore {
  readonly items = new Map<string, CheckpointStatus>();
  readonly saved: Checkpoint[] = [];

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

  async lanes(source: string): Promise<LaneStatus[]> {
    return [...this.items]
      .filter(([lane]) => sourceOfLane(lane) === source)
      .map(([lane, status]) => ({ lane, ...status }))
      .sort((a, b) => (a.lane < b.lane ? -1 : 1));
  }
}
