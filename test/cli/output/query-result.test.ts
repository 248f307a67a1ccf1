import { describe, expect, it } from "vitest";
import { toCsv, toJson, toTable } from "../../../cli/output/query-result.ts";

function result(...cells: (string | number | boolean | null)[]) {
  return { columns: ["cell"], types: ["VARCHAR"], rows: cells.map((cell) => [cell]) };
}

describe("CSV", () => {
  it("quotes as RFC 4180 says, with a header, and NULL as an empty field", () => {
    expect(toCsv(result("a,b", 'say "hi"', "two\nlines", null, 7, true))).toBe(
      'cell\r\n"a,b"\r\n"say ""hi"""\r\n"two\nlines"\r\n\r\n7\r\ntrue',
    );
  });

  it.each([
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["+1+1", "'+1+1"],
    ["-1+1", "'-1+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", "'\\u000d=1"],
    ['=1,"2"', `"'=1,""2"""`],
    ["-12.5", "-12.5"],
    ["+49", "+49"],
    ["a=1", "a=1"],
  ])("keeps a spreadsheet from taking %j for a formula", (cell, field) => {
    expect(toCsv(result(cell))).toBe(`cell\r\n${field}`);
  });

  it("leaves a number as it is", () => {
    expect(toCsv(result(-5))).toBe("cell\r\n-5");
  });

  it("shows control characters", () => {
    expect(toCsv(result("x\u001b[2J\u009b\u202ey"))).toBe("cell\r\nx\\u001b[2J\\u009b\\u202ey");
  });

  it("has the values as they are when asked for them", () => {
    expect(toCsv(result("=1\u001b"), { raw: true })).toBe("cell\r\n=1\u001b");
  });
});

describe("JSON", () => {
  const hostile = "=1\u001b[2J\u009b\u202e";

  it("has escapes for control characters, and the same values", () => {
    const json = toJson(result(hostile, null));
    expect(json.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    expect(JSON.parse(json)).toEqual([{ cell: hostile }, { cell: null }]);
  });

  it("has the characters themselves when asked for them", () => {
    const json = toJson(result(hostile), { raw: true });
    expect(json).toContain("\u009b\u202e");
    expect(JSON.parse(json)).toEqual([{ cell: hostile }]);
  });
});

describe("a table", () => {
  it("shows control characters and counts its rows", () => {
    const table = toTable(result("x\u001b\u202ey", "b", "c"), 2);
    expect(table).toContain("x\\u001b\\u202ey");
    expect(table).toMatch(/3 rows; 1 row not shown$/);
  });
});
