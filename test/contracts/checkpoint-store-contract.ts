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
  firstListedSearch: { refused: 1_772_441_000, refusals: 2, listed: 1_772_441_500 },
  tally: { entries: 12, pages: 4 },
};

/**
 * What every checkpoint store does. `make` gives one that is empty.
 *
 * @param options.seesTheLiving - it can tell that the holder of an expired lease is alive, as all are here
 */
export function describeCheckpointStore(
  name: string,
  make: () => CheckpointStore | Promise<CheckpointStore>,
  { seesTheLiving = false }: { seesTheLiving?: boolean } = {},
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

    it(`${seesTheLiving ? "leaves" : "takes"} an expired lease ${seesTheLiving ? "to its living holder" : "from its holder"}`, async () => {
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      await store.save("acme", leaseOf("one"), CHECKPOINT, NOW_MS);
      const next = leaseOf("two", NOW_MS + 120_000);
      if (seesTheLiving) {
        const heldBy = leaseOf("one");
        expect(await store.acquire("acme", next, NOW_MS + 60_000)).toEqual({ held: false, heldBy });
        return;
      }
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
        async (store) => {
          if (seesTheLiving) await store.release("acme", "one", NOW_MS);
          await store.acquire("acme", leaseOf("two", NOW_MS + 200_000), NOW_MS + 60_000);
        },
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

    it("lists the writers of a source, those without a checkpoint too", async () => {
      expect(await store.writers("acme")).toEqual([]);
      for (const writer of ["acme#close", "acme", "acme#10-20", "acme-corp", "acme-corp#10-20"]) {
        await store.acquire(writer, leaseOf("one"), NOW_MS);
      }
      await store.save("acme", leaseOf("one"), CHECKPOINT, NOW_MS);
      const { lease } = (await store.read("acme")) ?? {};
      expect(await store.writers("acme")).toEqual([
        { writer: "acme", checkpoint: CHECKPOINT, lease, updatedAt: NOW_MS },
        { writer: "acme#10-20", checkpoint: undefined, lease, updatedAt: NOW_MS },
        { writer: "acme#close", checkpoint: undefined, lease, updatedAt: NOW_MS },
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

    const claimOf = (writer: string, from: number, until: number, owner = writer) => ({
      writer,
      owner,
      range: { from, until },
      expiresAt: NOW_MS + 60_000,
    });

    it("gives claims that do not overlap, also where one ends as another begins", async () => {
      for (const claim of [claimOf("acme", 200, 300), claimOf("acme#100-200", 100, 200)]) {
        await store.acquire(claim.writer, leaseOf(claim.owner), NOW_MS);
        expect(await store.claim("acme", claim, NOW_MS)).toEqual({ claimed: true });
      }
      const claims = [claimOf("acme", 200, 300), claimOf("acme#100-200", 100, 200)];
      expect(await store.claims("acme")).toEqual(claims);
      expect((await store.writers("acme")).map(({ writer }) => writer)).toEqual([
        "acme",
        "acme#100-200",
      ]);
    });

    it.each([
      ["the same", 100, 200],
      ["its first second", 0, 101],
      ["its last second", 199, 300],
      ["a part in its middle", 150, 160],
      ["more than it", 0, 1000],
    ])("refuses a second claim of %s, and says whose the first is", async (_, from, until) => {
      const first = claimOf("acme#100-200", 100, 200);
      await store.acquire(first.writer, leaseOf(first.owner), NOW_MS);
      await store.claim("acme", first, NOW_MS);
      const second = claimOf("acme", from, until);
      await store.acquire(second.writer, leaseOf(second.owner), NOW_MS);
      const refused = { claimed: false, heldBy: first };
      expect(await store.claim("acme", second, NOW_MS)).toEqual(refused);
      expect(await store.claims("acme")).toEqual([first]);
    });

    it("gives one of many claims that overlap and are made at once", async () => {
      const claims = ["a", "b", "c", "d", "e"].map((writer) => claimOf(`acme#${writer}`, 0, 10));
      for (const { writer, owner } of claims) await store.acquire(writer, leaseOf(owner), NOW_MS);
      const made = await Promise.all(claims.map((claim) => store.claim("acme", claim, NOW_MS)));
      expect(made.filter(({ claimed }) => claimed)).toHaveLength(1);
      expect(await store.claims("acme")).toHaveLength(1);
    });

    it("gives all of many claims that do not overlap and are made at once", async () => {
      const claims = [0, 1, 2, 3, 4].map((n) => claimOf(`acme#${n}`, 10 * n, 10 * n + 10));
      for (const { writer, owner } of claims) await store.acquire(writer, leaseOf(owner), NOW_MS);
      await Promise.all(claims.map((claim) => store.claim("acme", claim, NOW_MS)));
      expect(await store.claims("acme")).toEqual(claims);
    });

    it("replaces a claim of the same writer, so that it can be extended and moved", async () => {
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      await store.claim("acme", claimOf("acme", 0, 10, "one"), NOW_MS);
      const later = { ...claimOf("acme", 5, 20, "one"), expiresAt: NOW_MS + 90_000 };
      expect(await store.claim("acme", later, NOW_MS)).toEqual({ claimed: true });
      expect(await store.claims("acme")).toEqual([later]);
    });

    it(`${seesTheLiving ? "leaves" : "takes"} an expired claim ${seesTheLiving ? "to its living holder" : "from its holder"}`, async () => {
      const first = claimOf("acme#100-200", 100, 200);
      await store.acquire(first.writer, leaseOf(first.owner), NOW_MS);
      await store.claim("acme", first, NOW_MS);
      const second = { ...claimOf("acme", 150, 300), expiresAt: NOW_MS + 120_000 };
      await store.acquire(second.writer, leaseOf(second.owner, NOW_MS + 120_000), NOW_MS + 60_000);
      const claimed = await store.claim("acme", second, NOW_MS + 60_000);
      expect(claimed).toEqual(
        seesTheLiving ? { claimed: false, heldBy: first } : { claimed: true },
      );
      expect(await store.claims("acme")).toEqual([seesTheLiving ? first : second]);
    });

    // A holder that is alive is never taken for an older one.
    if (!seesTheLiving) {
      it("leaves a newer run's claim when an older one of the same writer wakes up", async () => {
        const newer = { ...claimOf("acme", 0, 10, "two"), expiresAt: NOW_MS + 120_000 };
        await store.acquire("acme", leaseOf("two"), NOW_MS);
        await store.claim("acme", newer, NOW_MS);
        const older = claimOf("acme", 0, 10, "one");
        expect(await store.claim("acme", older, NOW_MS)).toEqual({ claimed: false, heldBy: newer });
        expect(await store.claims("acme")).toEqual([newer]);
      });
    }

    it("gives a claim up for its owner only", async () => {
      const claim = claimOf("acme", 0, 10, "one");
      await store.acquire("acme", leaseOf("one"), NOW_MS);
      await store.claim("acme", claim, NOW_MS);
      await store.unclaim("acme", "acme", "two");
      expect(await store.claims("acme")).toEqual([claim]);
      await store.unclaim("acme", "acme", "one");
      await store.unclaim("acme", "acme", "one");
      expect(await store.claims("acme")).toEqual([]);
    });

    it("keeps the claims of sources apart", async () => {
      for (const source of ["acme", "acme-corp"]) {
        await store.acquire(source, leaseOf(source), NOW_MS);
        const claimed = await store.claim(source, claimOf(source, 0, 10), NOW_MS);
        expect(claimed).toEqual({ claimed: true });
      }
      expect(await store.claims("acme")).toEqual([claimOf("acme", 0, 10)]);
    });
  });
}
