import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BrokenFrameError, endOfValue } from "../../lib/slack/json-value.ts";
import { nameAt, walkElements, walkMembers } from "../../lib/slack/raw-json.ts";

function elementsOf(json: string): string[] {
  const text = Buffer.from(json);
  const elements: string[] = [];
  const end = walkElements(text, 0, (start) => {
    const end = endOfValue(text, start);
    elements.push(text.toString("utf8", start, end));
    return end;
  });
  expect(end).toBe(text.length);
  return elements;
}

function membersOf(json: string): [string, string][] {
  const text = Buffer.from(json);
  const members: [string, string][] = [];
  walkMembers(text, 0, (name, start) => {
    const end = endOfValue(text, start);
    members.push([nameAt(text, name), text.toString("utf8", start, end)]);
    return end;
  });
  return members;
}

describe("I4: walkElements", () => {
  it.each([
    ["[]", []],
    ["[ ]", []],
    ["[1]", ["1"]],
    ['[ 1 ,"a,]" , null]', ["1", '"a,]"', "null"]],
    ['["\\"","\\\\",{"a":"}"}]', ['"\\""', '"\\\\"', '{"a":"}"}']],
    ['["日本","🎉]"]', ['"日本"', '"🎉]"']],
    ['[[1,[2]],{"a":[{}]}]', ["[1,[2]]", '{"a":[{}]}']],
  ])("cuts %s", (json, expected) => {
    expect(elementsOf(json)).toEqual(expected);
  });

  it("cuts every array that JSON can write into texts that parse to its elements", () => {
    const values = fc.array(fc.jsonValue({ stringUnit: "binary" }));
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 1, "\t"), (array, indent) => {
        const json = JSON.stringify(array, null, indent);
        expect(elementsOf(json).map((text) => JSON.parse(text))).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each(["", "{}", "[", "[1", "[1,", "[1 2]", '["a]', '["a\\"]', "[{]"])(
    "finds the frame broken of %s",
    (json) => {
      expect(() => elementsOf(json)).toThrow(BrokenFrameError);
    },
  );
});

describe("walkMembers", () => {
  it("keeps repeated names, in order", () => {
    expect(membersOf('{"a":1, "a" : [2] }')).toEqual([
      ["a", "1"],
      ["a", "[2]"],
    ]);
  });

  it("undoes escapes in names", () => {
    expect(membersOf('{"\\u0061\\"":0}')).toEqual([['a"', "0"]]);
  });

  it.each(["", "[", '{"a"', '{"a":', '{"a":1', '{"a":1,}', '{"a" 1}', "{a:1}", '{"a":{]'])(
    "finds the frame broken of %s",
    (json) => {
      expect(() => membersOf(json)).toThrow(BrokenFrameError);
    },
  );
});
