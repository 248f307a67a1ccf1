import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hourPrefix, parseObjectKey, toObjectKey } from "../../lib/archive/object-key.ts";

const HASH = "0123456789abcdef";

describe("toObjectKey", () => {
  it("says source, day, hour, range and hash", () => {
    expect(
      toObjectKey({
        source: "acme",
        minDateCreate: 1521214343,
        maxDateCreate: 1521214344,
        hash: HASH,
      }),
    ).toBe(
      "audit_logs/source=acme/dt=2018-03-16/hour=15/1521214343-1521214344-0123456789abcdef.json.gz",
    );
  });

  it.each([
    ["from one hour into the next", 3599, 3600],
    ["backwards", 11, 10],
  ])("refuses a range %s", (_, minDateCreate, maxDateCreate) => {
    expect(() => toObjectKey({ source: "a", minDateCreate, maxDateCreate, hash: HASH })).toThrow(
      RangeError,
    );
  });

  it("is undone by parseObjectKey", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (second) => {
        const name = { source: "a-1", minDateCreate: second, maxDateCreate: second, hash: HASH };
        expect(parseObjectKey(toObjectKey(name))).toEqual(name);
      }),
    );
  });

  it("sorts by time", () => {
    const keyAt = (second: number) =>
      toObjectKey({ source: "a", minDateCreate: second, maxDateCreate: second, hash: HASH });
    expect([keyAt(1_000_000_000), keyAt(999_999_999)].sort()[0]).toBe(keyAt(999_999_999));
  });
});

describe("parseObjectKey", () => {
  it.each([
    "audit_logs/source=a/dt=2018-03-16/hour=15/other.json.gz",
    `audit_logs/source=a/dt=2018-03-17/hour=15/1521214343-1521214344-${HASH}.json.gz`,
    `audit_logs/source=a/dt=2018-03-16/hour=15/1521214344-1521214343-${HASH}.json.gz`,
    `quarantine/source=a/dt=2018-03-16/hour=15/${HASH}.json.gz`,
  ])("does not take %s for an object of entries", (key) => {
    expect(parseObjectKey(key)).toBeUndefined();
  });
});

describe("hourPrefix", () => {
  it("counts hours in UTC, with two digits", () => {
    expect(hourPrefix("a", 0)).toBe("audit_logs/source=a/dt=1970-01-01/hour=00/");
  });
});
