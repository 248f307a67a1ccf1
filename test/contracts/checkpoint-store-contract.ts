import { beforeEach, describe, expect, it } from "vitest";
import { type Checkpoint, type CheckpointStore, LeaseLostError } from "../../lib/ports.ts";

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const CHECKPOINT: Checkpoint = {
  start: 1_772_400_000,
  watermark: 1_772_441_999,
  entriesPerSecond: 0.125,
};
const FULL_CHECKPOINT: Checkpoint = {
  ...CHECKPOINT,
  pageCursor: { oldest: 1_772_441_999, latest: 1_772_442_600, cursor: "dXNlcjpVMEc5V0ZYTlo=" },
  notBefore: NOW_MS + 30_000,
  lateScannedAt: 1_772_441_000,
  lateScanPosition: 1_772_441_500,
  tally: { entries: 12, pages: 4 },
};

/** What every checkpoint store does. `make` gives one that is empty. */
export function describeCheckpointStore(
  name: string,
  make: () => CheckpointStore | Promise<CheckpointStore>,
): void {
  describe(`${name} as a checkpoint store`, () => {
    const leaseOf = (owner: string, expiresAt = NOW_MS + 60_000) => ({ owner, expiresAt });
    let store: CheckpointStore;
    beforeEach(async () => {
      store = await make();
    });

    it("knows nothing of a source that never ran", async () => {
      expect(await store.read("acme")).toBe(undefined);
    });

    it("gives a free lease, without a checkpoint at first", async () => {
      const acquired = await store.acquire("acme", leaseOf("one"), NOW_MS);
      expect(acquired).toEqual({ held: true, checkpoint: undefined });
      expect(await store.read("acme")).toEqual({
        checkpoint: undefined,
        lease: leaseOf("one"),
        updatedAt: NOW_MS,
      });
    });

    it("gives a lease to one owner at a time, and says who has it", async () => {
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      const late = NOW_MS + 59_999;
      expect(await store.acquire("acme", leaseOf("two"), late)).toEqual({
        held: false,
        heldBy: leaseOf("one"),
      });
    });

    it("gives a lease to one of many who ask at once", async () => {
      const owners = ["a", "b", "c", "d", "e"];
      const asked = owners.map((owner) => store.acquire("acme", leaseOf(owner), NOW_MS));
      const held = (await Promise.all(asked)).filter((acquired) => acquired.held);
      expect(held).toHaveLength(1);
    });

    it("gives the owner its lease again, whose answer was lost", async () => {
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      const again = await store.acquire("acme", leaseOf("one", NOW_MS + 90_000), NOW_MS + 1);
      expect(again).toMatchObject({ held: true });
      expect((await store.read("acme"))?.lease?.expiresAt).toBe(NOW_MS + 90_000);
    });

    it("gives an expired lease to another, with the checkpoint", async () => {
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      await store.save("acme", leaseOf("one"), CHECKPOINT, NOW_MS);
      const next = leaseOf("two", NOW_MS + 120_000);
      expect(await store.acquire("acme", next, NOW_MS + 60_000)).toEqual({
        held: true,
        checkpoint: CHECKPOINT,
      });
    });

    it("keeps every field of a checkpoint, and forgets those of the one before", async () => {
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      await store.save("acme", leaseOf("one"), FULL_CHECKPOINT, NOW_MS);
      expect((await store.read("acme"))?.checkpoint).toEqual(FULL_CHECKPOINT);
      await store.save("acme", leaseOf("one"), CHECKPOINT, NOW_MS + 1);
      expect((await store.read("acme"))?.checkpoint).toEqual(CHECKPOINT);
    });

    it("extends the lease with each save", async () => {
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      await store.save("acme", leaseOf("one", NOW_MS + 90_000), CHECKPOINT, NOW_MS + 30_000);
      expect(await store.acquire("acme", leaseOf("two"), NOW_MS + 89_999)).toMatchObject({
        held: false,
      });
      expect((await store.read("acme"))?.updatedAt).toBe(NOW_MS + 30_000);
    });

    it.each<[string, (store: CheckpointStore) => Promise<unknown>]>([
      ["never had it", async () => {}],
      ["released it", (store) => store.release("acme", "one", NOW_MS)],
      [
        "lost it to another",
        (store) => store.acquire("acme", leaseOf("two", NOW_MS + 200_000), NOW_MS + 60_000),
      ],
    ])("refuses a save of an owner that %s, and writes nothing", async (how, lose) => {
      if (how !== "never had it") {
        await store.acquire("acme", leaseOf("one"), NOW_MS);
        await store.save("acme", leaseOf("one"), CHECKPOINT, NOW_MS);
      }
      await lose(store);
      const before = await store.read("acme");
      await expect(
        store.save("acme", leaseOf("one"), FULL_CHECKPOINT, NOW_MS + 60_001),
      ).rejects.toThrow(LeaseLostError);
      expect(await store.read("acme")).toEqual(before);
    });

    it("frees a released lease and keeps the checkpoint", async () => {
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      await store.save("acme", leaseOf("one"), CHECKPOINT, NOW_MS);
      await store.release("acme", "one", NOW_MS + 1);
      expect((await store.read("acme"))?.lease).toBe(undefined);
      expect(await store.acquire("acme", leaseOf("two"), NOW_MS + 2)).toEqual({
        held: true,
        checkpoint: CHECKPOINT,
      });
    });

    it("does nothing when someone releases what another holds", async () => {
      await store.release("acme", "one", NOW_MS);
      expect(await store.read("acme")).toBe(undefined);
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      await store.release("acme", "two", NOW_MS + 1);
      expect((await store.read("acme"))?.lease).toEqual(leaseOf("one"));
    });

    it("lists the lanes of a source, those without a checkpoint too", async () => {
      expect(await store.lanes("acme")).toEqual([]);
      for (const lane of ["acme#close", "acme", "acme#10-20", "acme-corp", "acme-corp#10-20"]) {
        await store.acquire(lane, leaseOf("one"), NOW_MS);
      }
      await store.save("acme", leaseOf("one"), CHECKPOINT, NOW_MS);
      const { lease } = (await store.read("acme")) ?? {};
      expect(await store.lanes("acme")).toEqual([
        { lane: "acme", checkpoint: CHECKPOINT, lease, updatedAt: NOW_MS },
        { lane: "acme#10-20", checkpoint: undefined, lease, updatedAt: NOW_MS },
        { lane: "acme#close", checkpoint: undefined, lease, updatedAt: NOW_MS },
      ]);
    });

    it("keeps sources apart", async () => {
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      await store.save("acme", leaseOf("one"), CHECKPOINT, NOW_MS);
      expect(await store.acquire("acme#1-2", leaseOf("two"), NOW_MS)).toEqual({
        held: true,
        checkpoint: undefined,
      });
    });
  });
}
