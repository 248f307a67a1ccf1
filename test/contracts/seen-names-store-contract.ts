import { describe, expect, it } from "vitest";
import type { SeenNamesStore } from "../../lib/detect/ports.ts";

/** What every vocabulary store does. `make` gives one that is empty. */
export function describeSeenNamesStore(name: string, make: () => SeenNamesStore): void {
  describe(`${name} as a vocabulary store`, () => {
    it("tells what was never written from what is empty", async () => {
      const store = make();
      expect(await store.read("a")).toBeUndefined();
      await store.replace("a", new Set());
      expect(await store.read("a")).toEqual(new Set());
    });

    it("adds to what is there, and the same again changes nothing", async () => {
      const store = make();
      await store.add("a", new Set(["one", "two"]));
      await store.add("a", new Set(["two", "three"]));
      await store.add("a", new Set(["two", "three"]));
      expect(await store.read("a")).toEqual(new Set(["one", "two", "three"]));
    });

    it("adds to an empty set", async () => {
      const store = make();
      await store.replace("a", new Set());
      await store.add("a", new Set(["one"]));
      expect(await store.read("a")).toEqual(new Set(["one"]));
    });

    it("loses nothing when many add at the same time", async () => {
      const store = make();
      const words = Array.from({ length: 10 }, (_, i) => `word-${i}`);
      await Promise.all(words.map((word) => store.add("a", new Set([word]))));
      expect(await store.read("a")).toEqual(new Set(words));
    });

    it("replaces the whole set", async () => {
      const store = make();
      await store.add("a", new Set(["one", "two"]));
      await store.replace("a", new Set(["three"]));
      expect(await store.read("a")).toEqual(new Set(["three"]));
    });

    it("keeps sets apart by name", async () => {
      const store = make();
      await store.add("a", new Set(["one"]));
      expect(await store.read("b")).toBeUndefined();
    });
  });
}
