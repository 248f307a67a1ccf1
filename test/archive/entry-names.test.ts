import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EntryNames } from "../../lib/archive/entry-names.ts";
import { ListedEntries } from "../../lib/archive/entry-rows.ts";

const rowsOf = (names: readonly (readonly [id: string, dateCreate: number])[]) =>
  new ListedEntries(names.map(([id, dateCreate]) => ({ id, dateCreate, bytes: Buffer.of() })));

/** Few and alike, so that many are the same. */
const NAME = fc.tuple(
  fc.oneof(
    fc.constantFrom("a", "b", "ab", "é", "\ud800", "\udc00", "\ufffd", '"\\ud800"'),
    fc.string({ minLength: 1, maxLength: 3 }),
  ),
  fc.integer({ min: 1, max: 3 }),
);

describe("I2: a set of names", () => {
  it("has what was added, by id and time, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(NAME), fc.array(NAME), (added, asked) => {
        const names = new EntryNames();
        const [addedRows, askedRows] = [rowsOf(added), rowsOf(asked)];
        added.forEach(([id, dateCreate], row) => {
          if (row % 2 === 0) names.add(addedRows, row);
          else names.addName({ id, dateCreate });
        });
        const ids = new Set(added.map(([id]) => id));
        const pairs = new Set(added.map(([id, dateCreate]) => `${dateCreate} ${id}`));
        asked.forEach(([id, dateCreate], row) => {
          expect(names.hasId(askedRows, row)).toBe(ids.has(id));
          expect(names.has(askedRows, row)).toBe(pairs.has(`${dateCreate} ${id}`));
        });
        expect(names.size).toBe(added.length);
      }),
    );
  });

  it("adds a name once, and says whether it did", () => {
    fc.assert(
      fc.property(fc.array(NAME), (added) => {
        const names = new EntryNames();
        const rows = rowsOf(added);
        const pairs = new Set<string>();
        added.forEach(([id, dateCreate], row) => {
          expect(names.addOnce(rows, row)).toBe(!pairs.has(`${dateCreate} ${id}`));
          pairs.add(`${dateCreate} ${id}`);
          expect(names.numberOf(rows, row)).toBeGreaterThan(0);
          expect(names.size).toBe(pairs.size);
        });
      }),
    );
  });

  it("grows with its names and the length of their ids", () => {
    const all = Array.from({ length: 3000 }, (_, at) => [`${at}`.repeat(40), at] as const);
    const rows = rowsOf(all);
    const names = new EntryNames();
    all.forEach((_, row) => {
      expect(names.hasId(rows, row)).toBe(false);
      names.add(rows, row);
    });
    expect(all.every((_, row) => names.has(rows, row))).toBe(true);
  });
});
