import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SlackBodyError } from "../../lib/slack/errors.ts";
import { parseLogsPage } from "../../lib/slack/page.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const page = (text: string) => parseLogsPage(bytes(text));

const ENTRY = '{"id":"a","date_create":1521214343,"action":"user_login"}';

describe("I4: parseLogsPage", () => {
  it.each([
    ["a number above 2^53", '{"id":"a","date_create":1,"session_id":10137226569043123456789}'],
    ["escapes", '{"id":"a","date_create":1,"ua":"Mozilla\\/5.0 \\u00e9\\n\\"}]"}'],
    ["characters outside ASCII", '{"id":"a","date_create":1,"name":"Zoë 日本 🎉"}'],
    ["a lone surrogate escape", '{"id":"a","date_create":1,"name":"\\ud83c"}'],
    ["repeated and unknown members", '{"id":"a","x":{},"x":[1.0,1e2],"date_create":1}'],
    ["spaces inside and between tokens", '{"id" : "a", "date_create":1, "name":"a  b"}'],
  ])("gives the exact text of an entry with %s", (_, text) => {
    const [entry] = page(`{"entries":[${text}]}`).entries;
    expect(entry?.text).toBe(text);
    expect(entry?.value).toEqual(JSON.parse(text));
  });

  it("keeps an entry that is not UTF-8, byte for byte, as one without an id", () => {
    const broken = Buffer.concat([
      bytes('{"id":"a","date_create":1,"n":"'),
      Buffer.of(0xff),
      bytes('"}'),
    ]);
    const body = Buffer.concat([bytes('{"entries":['), broken, bytes(`,${ENTRY}]}`)]);
    const [first, second] = parseLogsPage(body).entries;
    expect(Buffer.from(first?.bytes ?? []).equals(broken)).toBe(true);
    expect([first?.id, second?.id]).toEqual([undefined, "a"]);
  });

  it("takes line breaks between tokens out, and nothing else", () => {
    const [entry] = page(
      '{"entries": [\r\n  {\n    "id": "a  b",\n\t"date_create": 1\n  }\n]}',
    ).entries;
    expect(entry?.text).toBe('{"id": "a  b","date_create": 1}');
  });

  it.each([
    ["no id", '{"date_create":1}'],
    ["an empty id", '{"id":"","date_create":1}'],
    ["a number as id", '{"id":7,"date_create":1}'],
  ])("reads an entry with %s as one without", (_, text) => {
    expect(page(`{"entries":[${text}]}`).entries[0]?.id).toBeUndefined();
  });

  it.each(['"1521214343"', "null", "1.5", "-1", "1e10", "{}"])(
    "does not take %s for a date_create",
    (value) => {
      const [entry] = page(`{"entries":[{"id":"a","date_create":${value}}]}`).entries;
      expect(entry?.dateCreate).toBeUndefined();
      expect(entry?.id).toBe("a");
    },
  );

  it.each(["null", "7", '"text"', "[]"])("keeps %s in place of an entry", (text) => {
    const [entry] = page(`{"entries":[${text}]}`).entries;
    expect([entry?.text, entry?.id, entry?.dateCreate]).toEqual([text, undefined, undefined]);
  });

  it("reads more entries than its table begins with, in their order", () => {
    const times = Array.from({ length: 2500 }, (_, at) => 5000 - at);
    const texts = times.map((time) => `{"id":"i${time}","date_create":${time}}`);
    const { entries, table } = page(`{"entries":[${texts.join(",")}]}`);
    expect(entries.map(({ id }) => id)).toEqual(times.map((time) => `i${time}`));
    expect(entries.map(({ text }) => text)).toEqual(texts);
    expect(table.rows).toBe(2500);
  });

  it("has no texts any more once its body is given back", () => {
    const given = page(`{"entries":[${ENTRY}]}`);
    const [entry] = given.entries;
    given.release();
    given.release();
    expect([entry?.id, entry?.text, given.table.textOf(0).length]).toEqual(["a", "", 0]);
  });

  it("reads an id outside ASCII as UTF-8", () => {
    expect(page('{"entries":[{"id":"é","date_create":1}]}').entries[0]?.id).toBe("é");
  });

  it.each([
    ['{"entries":[],"response_metadata":{"next_cursor":"abc="}}', "abc="],
    ['{"entries":[],"response_metadata":{"next_cursor":""}}', undefined],
    ['{"entries":[],"response_metadata":{"next_cursor":null}}', undefined],
    ['{"entries":[],"response_metadata":{}}', undefined],
    ['{"entries":[],"response_metadata":null}', undefined],
    ['{"entries":[]}', undefined],
  ])("reads the next cursor of %s", (body, cursor) => {
    expect(page(body).nextCursor).toBe(cursor);
  });

  it("takes __proto__ for a member like any other", () => {
    const body = `{"__proto__":{"entries":[],"response_metadata":{"next_cursor":"x"}},"entries":[${ENTRY}]}`;
    const { entries, nextCursor } = page(body);
    expect([entries.length, nextCursor]).toEqual([1, undefined]);
    expect(() => page('{"__proto__":{"entries":[]}}')).toThrow("a page of /logs has an array");
  });

  it.each([
    ["spaces", " ".repeat(2_000_000)],
    ["tabs and spaces", "\t \t".repeat(700_000)],
  ])("reads an entry with a line break and very many %s", (_, blanks) => {
    // In quadratic time, this would take hours.
    const text = `{"id":"a",\n"date_create":1,${blanks}"x":1}`;
    const [entry] = page(`{"entries":[${text}]}`).entries;
    expect(entry?.text).toBe(text.replace("\n", ""));
  });

  it.each([8000, 1_000_000])("reads an entry that is nested %i deep", (depth) => {
    const text = `{"id":"a","date_create":1,"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const [entry] = page(
      `{"entries":[${text}],"y":${"[".repeat(depth)}${"]".repeat(depth)}}`,
    ).entries;
    expect([entry?.id, entry?.text.length]).toEqual(["a", text.length]);
    expect(entry?.value.x).toHaveLength(1);
  });

  it("takes the last of two members named entries, as JSON.parse does", () => {
    const { entries } = page(`{"entries":[1,2],"x":{"entries":[3]},"entries":[${ENTRY}]}`);
    expect(entries.map(({ text }) => text)).toEqual([ENTRY]);
  });

  it.each([
    ["html", "<!DOCTYPE html><title>Slack</title>"],
    ["cut", '{"entries":[{"id":"a","date_'],
    ["cut", ""],
    ["not_json", '{"entries":[{"id":}]}'],
    ["wrong_shape", "[]"],
    ["wrong_shape", '{"schemas":[]}'],
    ["wrong_shape", '{"entries":{}}'],
    ["wrong_shape", '{"entries":[],"response_metadata":{"next_cursor":7}}'],
    ["wrong_shape", '{"entries":[],"response_metadata":{"next_cursor":false}}'],
    ["wrong_shape", '{"entries":[],"response_metadata":"abc"}'],
    ["wrong_shape", '{"entries":[],"response_metadata":[]}'],
    ["wrong_shape", '{"entries":[],"response_metadata":0}'],
    ["wrong_shape", '{"ok":false,"entries":[]}'],
    ["wrong_shape", `{"ok":false,"entries":[${ENTRY}]}`],
  ])("says %s of the body %j", (problem, body) => {
    expect(() => page(body)).toThrow(SlackBodyError);
    expect(() => page(body)).toThrow(expect.objectContaining({ problem }));
  });
});

describe("I4: parseLogsPage, whatever happens to a body on its way", () => {
  const BODY = `{"entries":[${ENTRY}, {"id":"b\\"]}","date_create":2,"x":[{},null]}],"response_metadata":{"next_cursor":"c="}}`;

  it("refuses it exactly when JSON.parse does, and reads the same otherwise", () => {
    const character = fc.constantFrom(...'{}[],:"\\ \n0a');
    const edit = fc.tuple(
      fc.nat(BODY.length - 1),
      fc.nat(3),
      fc.array(character, { maxLength: 2 }),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
        let body = BODY;
        for (const [at, removed, added] of edits) {
          body = body.slice(0, at) + added.join("") + body.slice(at + removed);
        }
        const expected = attempt(() => JSON.parse(body).entries);
        const actual = attempt(() => page(body).entries.map(({ value }) => value));
        expect(actual).toEqual(Array.isArray(expected) ? expected : undefined);
      }),
      { numRuns: 3000 },
    );
  });

  const attempt = (read: () => unknown): unknown => {
    try {
      return read();
    } catch (error) {
      expect(
        error instanceof SlackBodyError ||
          error instanceof SyntaxError ||
          error instanceof TypeError,
      ).toBe(true);
      return undefined;
    }
  };
});
