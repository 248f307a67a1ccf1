import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entityId, entityName } from "../../lib/detect/entry-fields.ts";
import { EntryLine, valueAt, wholeEntry } from "../../lib/detect/entry-line.ts";
import { exampleEntry } from "../../lib/detect/example-entry.ts";
import { parseEntry, readHead } from "../../lib/detect/parse-entry.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";

const HEAD = '{"id":"1","date_create":7,"action":"a"';

function read(text: string) {
  const line = Buffer.from(text);
  const head = readHead(line);
  return head && EntryLine.read(line, head);
}

/** Of all objects in a value, those in lists not. */
function pathsIn(value: unknown): string[][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[]];
  const inner = Object.entries(value).flatMap(([name, one]) =>
    pathsIn(one).map((path) => [name, ...path]),
  );
  return [[], ...inner];
}

describe("EntryLine", () => {
  it("says what the parsed entry says, wherever it is asked", () => {
    const names = fc.constantFrom("user", "id", "name", "__proto__", "type", "0", "length");
    const leaf = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("1e3", "-0", "12345678901234567890", "true", "null", "[]", "{}", '"\\u0061"'),
      fc.constantFrom('{"a":1}', '[{"id":"x"}]', '"\\ud800"', '"é\\/"'),
    );
    /** Objects as texts: with names that are repeated or written with escapes, and white space. */
    const { object } = fc.letrec<{ object: string; value: string }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaf.map((text) => (isJson(text) ? text : JSON.stringify(text))),
        tie("object"),
      ),
      object: fc
        .array(fc.tuple(names, fc.boolean(), fc.constantFrom("", " ", "\t"), tie("value")), {
          maxLength: 4,
        })
        .map((members) => {
          const texts = members.map(([name, isEscaped, space, value]) => {
            const escaped = isEscaped && name === "user" ? "us\\u0065r" : name;
            return `${space}"${escaped}"${space}:${space}${value}${space}`;
          });
          return `{${texts.join(",")}}`;
        }),
    }));
    let isRead = 0;
    fc.assert(
      fc.property(object, object, (actor, details) => {
        const line = `${HEAD},"actor":${actor},"details":${details},"actor":1}`;
        const entry = read(line);
        const parsed = parseEntry(line);
        if (entry === undefined) return;
        isRead += 1;
        for (const path of [...pathsIn(parsed).slice(1), ["none"], ["actor", "none", "id"]]) {
          for (const asked of [path, [...path, "id"]]) {
            expect(valueAt(entry, asked)).toEqual(valueAt(parsed, asked));
          }
        }
        expect(wholeEntry(entry)).toEqual(parsed);
      }),
      { numRuns: 100 },
    );
    expect(isRead).toBeGreaterThan(20);
  });

  it.each([
    ["cut", `${HEAD},"actor":{"user":{"id":"U1"}`],
    ["followed by more", `${HEAD}} {}`],
    ["with a comma too many", `${HEAD},"actor":{"user":{},}}`],
    ["with a name that is none", `${HEAD},"actor":{user:1}}`],
    ["with a control character", `${HEAD},"actor":{"user":"\u0001"}}`],
    ["with a member without a value", `${HEAD},"actor"}`],
  ])("leaves a line that is %s to be parsed", (_, line) => {
    expect(read(line)).toBeUndefined();
    expect(parseEntry(line)).toBe("not JSON");
  });

  it("leaves a line with a thousand members to be parsed", () => {
    const members = Array.from({ length: 1000 }, (_, index) => `"${index}":1`);
    expect(read(`${HEAD},"details":{${members}}}`)).toBeUndefined();
  });

  it("finds what is deep, and nothing in what is nested without end", () => {
    const path = Array.from("abcdefghijkl");
    const text = path.reduceRight((inner, name) => `{"${name}":${inner}}`, "5");
    expect(valueAt(read(`${HEAD},"details":${text}}`), ["details", ...path])).toBe(5);
    const nested = '{"a":'.repeat(8_000).concat("1", "}".repeat(8_000));
    const line = `${HEAD},"details":${nested}}`;
    const deep = ["details", ...Array<string>(100).fill("a")];
    expect(valueAt(read(line), deep)).toBeUndefined();
  });

  it.each(["é", "Ã©", "é".normalize("NFD"), "😀"])("has an entity of type %s", (type) => {
    const line = `${HEAD},"entity":{"type":"${type}","é":{"id":"1"},"😀":{"id":"2"}}}`;
    const [entry, parsed] = [read(line), parseEntry(line)] as [AuditLogEntry, AuditLogEntry];
    expect(entityId(entry)).toBe(entityId(parsed));
    expect(entityName(entry)).toBe(entityName(parsed));
  });

  it("says its own again after another was read", () => {
    const [first, second] = ["U1", "U2"].map((actorUserId) =>
      read(JSON.stringify(exampleEntry("user_login", { actorUserId }))),
    );
    const path = ["actor", "user", "id"];
    expect([first, second, first].map((entry) => valueAt(entry, path))).toEqual(["U1", "U2", "U1"]);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
