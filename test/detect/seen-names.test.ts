import { describe, expect, it, vi } from "vitest";
import { MAX_SEEN_TERMS, SeenNames, seenName } from "../../lib/detect/seen-names.ts";
import { MemorySeenNamesStore } from "../fakes/memory-seen-names-store.ts";

describe("SeenNames", () => {
  it("stores each word once, and reads the store once a source", async () => {
    const store = new MemorySeenNamesStore();
    const [read, add] = [vi.spyOn(store, "read"), vi.spyOn(store, "add")];
    const seen = new SeenNames(store);
    expect(await seen.record("grid", new Set(["a", "b"]))).toBe(2);
    expect(await seen.record("grid", new Set(["a", "b"]))).toBe(0);
    expect(await seen.record("grid", new Set(["b", "c"]))).toBe(1);
    expect(store.sets.get(seenName("grid"))).toEqual(new Set(["a", "b", "c"]));
    expect([read.mock.calls.length, add.mock.calls.length]).toEqual([1, 2]);
  });

  it("knows what another process stored before", async () => {
    const store = new MemorySeenNamesStore();
    await new SeenNames(store).record("grid", new Set(["a"]));
    expect(await new SeenNames(store).record("grid", new Set(["a", "b"]))).toBe(1);
  });

  it("tries again what it could not store", async () => {
    const store = new MemorySeenNamesStore();
    const seen = new SeenNames(store);
    vi.spyOn(store, "add").mockRejectedValueOnce(new Error("throttled"));
    await expect(seen.record("grid", new Set(["a"]))).rejects.toThrow("throttled");
    expect(await seen.record("grid", new Set(["a"]))).toBe(1);
  });

  it("stops at a bound, so that data among the names cannot overfill the store", async () => {
    const store = new MemorySeenNamesStore();
    const seen = new SeenNames(store);
    const words = (from: number) =>
      new Set(Array.from({ length: 2_000 }, (_, i) => `w${from + i}`));
    await seen.record("grid", words(0));
    expect(await seen.record("grid", words(2_000))).toBe(MAX_SEEN_TERMS - 2_000);
    expect(await seen.record("grid", words(4_000))).toBe(0);
    expect(store.sets.get(seenName("grid"))?.size).toBe(MAX_SEEN_TERMS);
  });

  it("adds nothing to a store that processes have filled beyond the bound together", async () => {
    const store = new MemorySeenNamesStore();
    const words = (from: number, count: number) =>
      new Set(Array.from({ length: count }, (_, i) => `w${from + i}`));
    await store.add(seenName("grid"), words(0, MAX_SEEN_TERMS + 2));
    expect(await new SeenNames(store).record("grid", words(10_000, 5))).toBe(0);
    expect(store.sets.get(seenName("grid"))?.size).toBe(MAX_SEEN_TERMS + 2);
  });
});
