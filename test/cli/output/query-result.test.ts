import { describe, expect, it } from "vitest";
import {
  type PrintOptions,
  type TextFormat,
  toText,
  withDistinctNames,
} from "../../../cli/output/query-result.ts";

type Cell = string | number | boolean | null;

async function join(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

/** What is printed of one column, whose rows come one by one. */
function print(format: TextFormat, cells: readonly Cell[], options?: PrintOptions) {
  async function* batches() {
    for (const cell of cells) yield [[cell]];
  }
  const rows = { columns: ["cell"], types: ["VARCHAR"], batches: batches() };
  return join(toText(rows, format, options));
}

describe("CSV", () => {
  it("quotes as RFC 4180 says, with a header, and NULL as an empty field", async () => {
    expect(await print("csv", ["a,b", 'say "hi"', "two\nlines", null, 7, true])).toBe(
      'cell\r\n"a,b"\r\n"say ""hi"""\r\n"two\nlines"\r\n\r\n7\r\ntrue\r\n',
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
    ["-1e-7", "-1e-7"],
    ["-1.5E+300", "-1.5E+300"],
    ["-1e", "'-1e"],
    ["a=1", "a=1"],
    ["=#", '"\'=#"'],
  ])("keeps a spreadsheet from taking %j for a formula", async (cell, field) => {
    expect(await print("csv", [cell])).toBe(`cell\r\n${field}\r\n`);
  });

  it("quotes an empty text, which is not NULL, and what could begin a comment", async () => {
    expect(await print("csv", ["", null, "#a"])).toBe('cell\r\n""\r\n\r\n"#a"\r\n');
  });

  it("leaves a number as it is", async () => {
    expect(await print("csv", [-5])).toBe("cell\r\n-5\r\n");
  });

  it("shows control characters", async () => {
    expect(await print("csv", ["x\u001b[2J\u009b\u202ey"])).toBe(
      "cell\r\nx\\u001b[2J\\u009b\\u202ey\r\n",
    );
  });

  it("has the values as they are when asked for them", async () => {
    expect(await print("csv", ["=1\u001b"], { raw: true })).toBe("cell\r\n=1\u001b\r\n");
  });
});

describe.each<[TextFormat, (text: string) => unknown[]]>([
  ["json", (text) => JSON.parse(text)],
  [
    "ndjson",
    (text) =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
  ],
])("%s", (format, parse) => {
  const hostile = "=1\u001b[2J\u009b\u202e";

  it("has escapes for control characters, and the same values", async () => {
    const json = await print(format, [hostile, null]);
    expect(json.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    expect(parse(json)).toEqual([{ cell: hostile }, { cell: null }]);
  });

  it("has the characters themselves when asked for them", async () => {
    const json = await print(format, [hostile], { raw: true });
    expect(json).toContain("\u009b\u202e");
    expect(parse(json)).toEqual([{ cell: hostile }]);
  });
});

it("prints no rows as an empty array", async () => {
  expect(await print("json", [])).toBe("[]\n");
});

it.each([
  [
    ["n", "n"],
    ["n", "n_2"],
  ],
  [
    ["n", "N", "n_2"],
    ["n", "N_2", "n_2_2"],
  ],
])("names columns %j apart", async (columns, names) => {
  async function* batches() {}
  expect(withDistinctNames({ columns, types: [], batches: batches() }).columns).toEqual(names);
});
