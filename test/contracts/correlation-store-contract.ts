import { describe, expect, it } from "vitest";
import type { CorrelationStore } from "../../lib/detect/ports.ts";

const NEVER = 9_999_999_999;

/** What every store of correlations does. `make` gives one that is empty. */
export function describeCorrelationStore(name: string, make: () => CorrelationStore): void {
  describe(`${name} as a store of correlations`, () => {
    it("has nothing of a key that was never written", async () => {
      expect(await make().read("a")).toEqual(new Set());
    });

    it("adds to what is there, and the same again changes nothing", async () => {
      const store = make();
      for (const points of [
        ["1", "2"],
        ["2", "3"],
        ["2", "3"],
      ]) {
        await store.add("a", new Set(points), NEVER);
      }
      expect(await store.read("a")).toEqual(new Set(["1", "2", "3"]));
      expect(await store.read("b")).toEqual(new Set());
    });

    it("removes what is named, and what is not there without an error", async () => {
      const store = make();
      await store.remove("a", new Set(["1"]));
      await store.add("a", new Set(["1", "2"]), NEVER);
      await store.remove("a", new Set(["1", "3"]));
      expect(await store.read("a")).toEqual(new Set(["2"]));
      await store.remove("a", new Set(["2"]));
      expect(await store.read("a")).toEqual(new Set());
    });

    it("loses nothing when many add and remove at the same time", async () => {
      const store = make();
      await store.add("a", new Set(["old"]), NEVER);
      const points = Array.from({ length: 10 }, (_, i) => `point-${i}`);
      await Promise.all([
        ...points.map((point) => store.add("a", new Set([point]), NEVER)),
        store.remove("a", new Set(["old"])),
      ]);
      expect(await store.read("a")).toEqual(new Set(points));
    });
  });
}
