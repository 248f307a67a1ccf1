import { describe, expect, it } from "vitest";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import { objectsInRange } from "../../lib/archive/objects-in-range.ts";
import type { TimeRange } from "../../lib/time.ts";

const HOUR = 1_772_413_200;

const keyOf = (source: string, min: number, max: number) =>
  toObjectKey({
    source,
    minDateCreate: HOUR + min,
    maxDateCreate: HOUR + max,
    hash: "0123456789abcdef",
  });
const OLD = keyOf("grid", 0, 9);
const NEW = keyOf("grid", 20, 29);
const OTHER = keyOf("other", 0, 9);

const store = {
  list: async function* (prefix: string) {
    for (const key of [OLD, NEW, `${OLD}.tmp`, OTHER]) {
      if (key.startsWith(prefix)) yield { key, sizeBytes: 5 };
    }
  },
};

async function find(source?: string, range: Partial<TimeRange> = {}) {
  const objects = [];
  for await (const object of objectsInRange(store, source, range)) objects.push(object);
  return objects;
}

async function keysIn(source?: string, range?: Partial<TimeRange>) {
  return (await find(source, range)).map(({ key }) => key);
}

describe("objectsInRange", () => {
  it("finds all objects, of every source or of one, and no other files", async () => {
    expect(await keysIn()).toEqual([OLD, NEW, OTHER]);
    expect(await keysIn("grid")).toEqual([OLD, NEW]);
  });

  it("includes the first second of the range and excludes its end", async () => {
    expect(await keysIn("grid", { from: HOUR + 9, until: HOUR + 20 })).toEqual([OLD]);
    expect(await keysIn("grid", { from: HOUR + 10, until: HOUR + 21 })).toEqual([NEW]);
    expect(await keysIn("grid", { from: HOUR + 10, until: HOUR + 20 })).toEqual([]);
  });

  it("says of an object what its name says, and its size", async () => {
    const [first] = await find("grid");
    expect(first).toEqual({
      key: OLD,
      sizeBytes: 5,
      source: "grid",
      minDateCreate: HOUR,
      maxDateCreate: HOUR + 9,
      hash: "0123456789abcdef",
    });
  });
});
