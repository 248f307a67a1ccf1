import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListedEntries } from "../../lib/archive/entry-rows.ts";
import { hashIds } from "../../lib/seal/id-hashes.ts";
import { RepeatedIds } from "../../lib/seal/repeated-ids.ts";

/** @param objects - ids of the lines of each */
async function find(objects: readonly (readonly string[])[], max = 100) {
  const repeated = new RepeatedIds();
  const lines = objects.map(
    (ids) => new ListedEntries(ids.map((id) => ({ id, dateCreate: 1, bytes: Buffer.of() }))),
  );
  for (const ofObject of lines) repeated.add(hashIds(ofObject));
  let reads = 0;
  const found = await repeated.find(async (use) => {
    reads += 1;
    for (const ofObject of lines) use(ofObject);
  }, max);
  return { ...found, reads };
}

describe("ids that stand in more than one line", () => {
  it("are counted once for each line after the first, and named once each", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 30 }).map(String)), async (ids) => {
        const twice = [...new Set(ids.filter((id, at) => ids.indexOf(id) < at))].sort();
        expect(await find([ids.slice(0, 3), ids.slice(3)])).toMatchObject({
          lines: ids.length - new Set(ids).size,
          ids: twice,
        });
      }),
    );
  });

  it("are not looked for again when there are none", async () => {
    const ids = Array.from({ length: 3000 }, (_, at) => `id ${at}`);

    expect(await find([ids])).toEqual({ lines: 0, ids: [], reads: 0 });
  });

  it("are named up to a number, the first ones in order", async () => {
    const ids = Array.from({ length: 50 }, (_, at) => String(99 - at));

    expect(await find([ids, ids], 3)).toMatchObject({ lines: 50, ids: ["50", "51", "52"] });
  });

  it("are told apart when they differ only in halves of characters", async () => {
    expect(await find([["\ud800", "\ud801", "\udc00", "\ufffd"]])).toMatchObject({ lines: 0 });
  });
});
