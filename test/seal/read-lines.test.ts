import { describe, expect, it } from "vitest";
import { ArchiveObjectError } from "../../lib/archive/archive-object.ts";
import { allRows } from "../../lib/archive/entry-rows.ts";
import { idTextOf } from "../../lib/archive/name-list.ts";
import { withLines } from "../../lib/seal/read-lines.ts";

const PLAIN = '{"id":"a","date_create":1772452800,"action":"user_login"}';

function read(...lines: string[]) {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  return withLines("key", text, (lines) =>
    allRows(lines).map((row) => ({
      id: idTextOf(lines, row),
      second: lines.dateCreateOf(row),
      text: Buffer.from(lines.textOf(row)).toString(),
    })),
  );
}

describe("withLines", () => {
  it("reads each line's id and time", () => {
    const other = '{"date_create":1772452801,"id":"b\\u0063"}';

    expect(read(PLAIN, other)).toEqual([
      { id: "a", second: 1_772_452_800, text: PLAIN },
      { id: "bc", second: 1_772_452_801, text: other },
    ]);
  });

  it.each([
    ["a time with a fraction", '{"id":"b","date_create":1772452800.5}', "b", 1_772_452_800.5],
    ["an empty id", '{"id":"","date_create":1772452800}', "", 1_772_452_800],
  ])("parses a line that has %s", (_, line, id, second) => {
    expect(read(PLAIN, line, PLAIN)[1]).toEqual({ id, second, text: line });
  });

  it("parses all lines when one has spaces around it", () => {
    expect(read(PLAIN, ` ${PLAIN} `).map(({ id }) => id)).toEqual(["a", "a"]);
  });

  it.each([
    ["no JSON", "{"],
    ["half of a value, and the other half after it", '{"id":"b",\n"date_create":1772452800}'],
    ["two values", `${PLAIN},${PLAIN}`],
    ["no id", '{"date_create":1772452800}'],
    ["no time", '{"id":"b"}'],
    ["nothing", ""],
  ])("refuses a line with %s", (_, line) => {
    expect(() => read(PLAIN, line, PLAIN)).toThrow(ArchiveObjectError);
  });
});
