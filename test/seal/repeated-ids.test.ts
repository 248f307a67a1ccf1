import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RepeatedIds } from "../../lib/seal/repeated-ids.ts";

async function find(ids: readonly string[], max = 100) {
  const repeated = new RepeatedIds();
  for (const id of ids) repeated.add(id);
  let reads = 0;
  async function* read() {
    reads += 1;
    yield* ids;
  }
  return { ...(await repeated.find(read, max)), reads };
}

describe("ids that stand in more than one line", () => {
  it("are counted once for each line after the first, and named once each", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 30 }).map(String)), async (ids) => {
        const twice = [...new Set(ids.filter((id, at) => ids.indexOf(id) < at))].sort();
        expect(await find(ids)).toMatchObject({
          lines: ids.length - new Set(ids).size,
          ids: twice,
        });
      }),
    );
  });

  it("are not looked for again when there are none", async () => {
    const ids = Array.from({ length: 3000 }, (_, at) => `id ${at}`);

    expect(await find(ids)).toEqual({ lines: 0, ids: [], reads: 0 });
  });

  it("are named up to a number, the first ones in order", async () => {
    const ids = Array.from({ length: 50 }, (_, at) => String(99 - at));

    expect(await find([...ids, ...ids], 3)).toMatchObject({ lines: 50, ids: ["50", "51", "52"] });
  });
});
