import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEntry, readHead } from "../../lib/detect/parse-entry.ts";

function nested(levels: number, open = '{"a":', close = "}"): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}

describe("readHead", () => {
  const head = (line: string) => readHead(Buffer.from(line));

  it("gives the time and the action of a line as Slack writes it", () => {
    expect(head('{"id":"1","date_create":7,"action":"a.b","actor":{}}')).toEqual({
      dateCreate: 7,
      action: "a.b",
    });
  });

  it.each([
    ["the order", '{"date_create":7,"id":"1","action":"a"}'],
    ["an escape", '{"id":"1","date_create":7,"action":"\\u0061"}'],
    ["a number", '{"id":"1","date_create":7.0,"action":"a"}'],
    ["white space", '{ "id":"1","date_create":7,"action":"a"}'],
    ["letters", '{"id":"1","date_create":7,"action":"ä"}'],
    ["a time beyond all", '{"id":"1","date_create":9999999999,"action":"a"}'],
    ["length", `{"id":"${"1".repeat(300)}","date_create":7,"action":"a"}`],
  ])("gives nothing of a line that differs in %s", (_, line) => {
    expect(head(line)).toBeUndefined();
  });
});

describe("parseEntry", () => {
  it("gives an entry with all that it says", () => {
    const entry = { id: "1", date_create: 7, details: { scopes: [["a"], { b: null }] } };
    expect(parseEntry(JSON.stringify(entry))).toEqual(entry);
  });

  it.each([
    ["{", "not JSON"],
    ["[]", "not an object with an id"],
    ['{"id":"1","date_create":"7"}', "its date_create is not an integer"],
    ['{"id":"1","date_create":7.5}', "its date_create is not an integer"],
    ['{"id":"1","date_create":1e400}', "its date_create is not an integer"],
    ['{"id":"1","date_create":-1}', "its date_create is not between 1970 and 2286"],
    ['{"id":"1","date_create":9999999999}', "its date_create is not between 1970 and 2286"],
    ['{"id":"1","date_create":1772442000000}', "its date_create is not between 1970 and 2286"],
    ['{"id":"1","date_create":8639999999000}', "its date_create is not between 1970 and 2286"],
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

  it.each([
    ["at the top", '"action":"first","action":"second"', { action: "first" }],
    [
      "in an object",
      '"details":{"a":1,"b":{"c":"x","c":"y"},"a":2}',
      { details: { a: 1, b: { c: "x" } } },
    ],
    ["in a list", '"details":[{"a":[1],"a":2}]', { details: [{ a: [1] }] }],
    ["by an escape", '"details":{"a":1,"\\u0061":2}', { details: { a: 1 } }],
    ["with a null first", '"details":{"a":null,"a":2}', { details: { a: null } }],
    ["with spaces", '"details": { "a" :1, "a"\t: 2 }', { details: { a: 1 } }],
    [
      "beside a text like one",
      '"details":{"a":"\\":","b":":","a":2}',
      { details: { a: '":', b: ":" } },
    ],
  ])("takes the first of two members with one name, as queries do: %s", (_, members, expected) => {
    expect(parseEntry(`{"id":"1","date_create":7,${members}}`)).toEqual({
      id: "1",
      date_create: 7,
      ...expected,
    });
  });

  it("reads what JSON.parse reads where no name is repeated", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4, withNullPrototype: false }), (details) => {
        const line = JSON.stringify({ id: "1", date_create: 7, quote: '":', details });
        expect(parseEntry(line)).toEqual(JSON.parse(line));
      }),
    );
  });
});
