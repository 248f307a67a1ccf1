import { describe, expect, it } from "vitest";
import { parseEntry } from "../../lib/detect/parse-entry.ts";

function nested(levels: number, open = '{"a":', close = "}"): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}

describe("parseEntry", () => {
  it("gives an entry with all that it says", () => {
    const entry = { id: "1", date_create: 7, details: { scopes: [["a"], { b: null }] } };
    expect(parseEntry(JSON.stringify(entry))).toEqual(entry);
  });

  it.each([
    ["{", "not JSON"],
    ["[]", "not an object with an id"],
    ['{"id":"1","date_create":"7"}', "its date_create is not an integer"],
  ])("says what is wrong with %s", (line, problem) => {
    expect(parseEntry(line)).toBe(problem);
  });

  it.each([
    ["objects", nested(8_000)],
    ["lists", nested(8_000, "[", "]")],
    ["objects named __proto__", nested(8_000, '{"__proto__":')],
  ])("leaves out what is nested without end: %s", (_, details) => {
    const entry = parseEntry(`{"id":"1","date_create":7,"action":"x","details":${details}}`);
    expect(entry).toMatchObject({ id: "1", date_create: 7, action: "x" });
    expect(JSON.stringify(entry).length).toBeLessThan(1_500);
  });
});
