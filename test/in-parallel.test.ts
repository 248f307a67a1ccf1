import { expect, it } from "vitest";
import { inParallel } from "../lib/in-parallel.ts";

it("works on so many items at a time, and gives results in the order of the items", async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([3, 1, 2, 0].values(), 2, async (turns) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    running -= 1;
    return turns * 10;
  });
  expect(results).toEqual([30, 10, 20, 0]);
  expect(most).toBe(2);
});

it("throws what the first work that fails throws", async () => {
  const work = async (item: number) => {
    if (item > 1) throw new Error(`item ${item}`);
  };
  await expect(inParallel([1, 2, 3], 2, work)).rejects.toThrow("item 2");
});
