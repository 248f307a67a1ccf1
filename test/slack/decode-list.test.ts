import { describe, expect, it } from "vitest";
import { decodeList } from "../../lib/slack/decode-list.ts";

describe("decodeList", () => {
  it.each([
    [
      ["W1", "W2"],
      ["W1", "W2"],
    ],
    ['["W1","W2"]', ["W1", "W2"]],
    [' ["W1"]', ["W1"]],
    ["[]", []],
    ["W1", ["W1"]],
    ["", []],
    [null, []],
    [undefined, []],
  ])("reads %j", (value, list) => {
    expect(decodeList(value)).toEqual(list);
  });

  it.each([['["W1",'], ["[1]"], ['[["W1"]]'], [{ 0: "W1" }], [7]])(
    "refuses %j, without showing it",
    (value) => {
      const decode = () => decodeList(value);
      expect(decode).toThrow(expect.objectContaining({ name: "SlackBodyError" }));
      expect(decode).not.toThrow(/W1/);
    },
  );
});
