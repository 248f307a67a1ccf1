import { describe, expect, it } from "vitest";
import { parseExport } from "../../lib/slack/export-file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (text: string) => parseExport(bytes(text)).map((entry) => entry.text);

const ENTRY = '{"id":"a","date_create":1521214343,"action":"user_login"}';

describe("parseExport", () => {
  it.each([
    ["a page", `{"entries":[${ENTRY}]}`],
    ["an entry", ENTRY],
    ["an array", `[${ENTRY}]`],
    ["an array of pages", `[{"entries":[${ENTRY}]},{"entries":[]}]`],
    ["an object of pages", `{"first":{"entries":[${ENTRY}]},"note":"x"}`],
    ["lines", `\n${ENTRY}\r\n`],
    ["pages one a line", `{"entries":[${ENTRY}]}\n{"entries":[]}\n`],
    ["an indented array", `[\n  ${ENTRY}\n]\n`],
    ["pages one after another", `{\n"entries":[${ENTRY}]}{"entries":\n[]\n}\n`],
    ["a file with a byte order mark", `\ufeff${ENTRY}\r\n`],
    ["files with a byte order mark each", `\ufeff{"entries":[]}\ufeff\n${ENTRY}`],
  ])("finds the entry in %s", (_, file) => {
    expect(texts(file)).toEqual([ENTRY]);
  });

  it("keeps the order of the file", () => {
    expect(texts('{"id":"b","action":"x"}\n{"id":"a","action":"x"}')).toEqual([
      '{"id":"b","action":"x"}',
      '{"id":"a","action":"x"}',
    ]);
  });

  it.each([
    ["a line", `${ENTRY}\n{"ids":"b"}\n`],
    ["an element of the outermost array", `[${ENTRY},{"ids":"b"}]`],
  ])("keeps %s that is no entry, without an id", (_, file) => {
    const [, odd] = parseExport(bytes(file));
    expect([odd?.text, odd?.id]).toEqual(['{"ids":"b"}', undefined]);
  });

  it.each([`${ENTRY}\n\n{"id":\n`, `${ENTRY}\n\nnull xyz`, `${ENTRY}\n\n\ufeff\u0000`])(
    "names the line that is not JSON: %j",
    (file) => {
      expect(() => texts(file)).toThrow("what begins in line 3 is not JSON");
    },
  );

  it("refuses a file without an entry", () => {
    expect(() => texts('{"schemas":[{"type":"user","user":{"id":"string"}}]}')).toThrow(
      "there is no audit log entry in it",
    );
  });

  it("takes an empty page for what it is", () => {
    expect(texts('{"entries":[]}')).toEqual([]);
  });

  it.each([
    ["arrays", "[".repeat(8000) + "]".repeat(8000)],
    ["objects", `${'{"a":'.repeat(8000)}1${"}".repeat(8000)}`],
  ])("keeps a line of 8,000 nested %s, without an id", (_, deep) => {
    const [first, second] = parseExport(bytes(`${deep}\n${ENTRY}\n`));
    expect([first?.text, first?.id, second?.id]).toEqual([deep, undefined, "a"]);
  });

  it("keeps the entries of a page that is a refusal: they are evidence all the same", () => {
    expect(texts(`{"ok":false,"entries":[${ENTRY}],"response_metadata":[]}`)).toEqual([ENTRY]);
  });
});
