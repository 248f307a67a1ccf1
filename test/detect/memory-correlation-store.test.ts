import { describe, expect, it } from "vitest";
import { MemoryCorrelationStore } from "../../lib/detect/memory-correlation-store.ts";
import { describeCorrelationStore } from "../contracts/correlation-store-contract.ts";

describeCorrelationStore("memory", () => new MemoryCorrelationStore());

describe("MemoryCorrelationStore", () => {
  it("forgets what can be forgotten, and nothing else", async () => {
    const store = new MemoryCorrelationStore();
    await store.add("a", new Set(["1"]), 100);
    await store.add("b", new Set(["2"]), 101);
    store.forget(100);
    expect([await store.read("a"), await store.read("b")]).toEqual([new Set(), new Set(["2"])]);
  });
});
