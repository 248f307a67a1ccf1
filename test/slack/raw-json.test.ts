import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutElements, cutMembers } from "../../lib/slack/raw-json.ts";

const textOf = (json: string, { start, end }: { start: number; end: number }) =>
  json.slice(start, end);

describe("cutElements", () => {
  it.each([
    ["[]", []],
    [" [ ]".trim(), []],
    ["[1]", ["1"]],
    ['[ 1 ,"a,]" , null]', ["1", '"a,]"', "null"]],
    ['["\\"","\\\\",{"a":"}"}]', ['"\\""', '"\\\\"', '{"a":"}"}']],
    ['[[1,[2]],{"a":[{}]}]', ["[1,[2]]", '{"a":[{}]}']],
  ])("cuts %s", (json, expected) => {
    expect(cutElements(json, 0).map((slice) => textOf(json, slice))).toEqual(expected);
  });

  it("cuts every array that JSON can write into texts that parse to its elements", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.constantFrom(undefined, 1, "\t"),
        (values, indent) => {
          const json = JSON.stringify(values, null, indent);
          const elements = cutElements(json, 0).map((slice) => JSON.parse(textOf(json, slice)));
          expect(elements).toEqual(JSON.parse(json));
        },
      ),
    );
  });
});

describe("cutMembers", () => {
  it("keeps repeated names, in order", () => {
    const json = '{"a":1, "a" : [2] }';
    const members = cutMembers(json, 0).map((member) => [member.name, textOf(json, member)]);
    expect(members).toEqual([
      ["a", "1"],
      ["a", "[2]"],
    ]);
  });

  it("undoes escapes in names", () => {
    expect(cutMembers('{"\\u0061\\"":0}', 0)[0]?.name).toBe('a"');
  });
});
