import { expect, it } from "vitest";
import { TextDictionary } from "../../../lib/ocsf/parquet/text-dictionary.ts";

function numberOf(dictionary: TextDictionary, text: string): number {
  const bytes = Buffer.from(`before ${text} after`);
  return dictionary.numberOf(bytes, 7, bytes.length - 6);
}

/** As Parquet has texts. */
function readAll(dictionary: TextDictionary): string[] {
  const bytes = Buffer.from(dictionary.bytes.slice());
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    texts.push(bytes.toString("utf8", at + 4, end));
    at = end;
  }
  return texts;
}

it("numbers different texts in their order, the same text once, of any length", () => {
  const texts = Array.from({ length: 5_000 }, (_, at) => `${"ä".repeat(at % 300)}${at}`);
  const dictionary = new TextDictionary();

  for (const time of ["first", "second"]) {
    expect(
      texts.map((text) => numberOf(dictionary, text)),
      time,
    ).toEqual([...texts.keys()]);
  }
  expect(readAll(dictionary)).toEqual(texts);
  expect(dictionary.size).toBe(5_000);
});

it("tells texts apart whose hashes are the same, and those of which one starts like the other", () => {
  const dictionary = new TextDictionary();
  const texts = ["user 873763fd44155", "user f312d11445192", "user", "user 8", ""];

  expect(texts.map((text) => numberOf(dictionary, text))).toEqual([0, 1, 2, 3, 4]);
  expect(texts.map((text) => numberOf(dictionary, text))).toEqual([0, 1, 2, 3, 4]);
});

/** Each text of one of each pair, one after the other, has the same hash as all others. */
const SAME_HASH = [
  ["4f24h", "atpte"],
  ["qvyt3", "gncbi"],
  ["4jjvc", "fabsw"],
  ["lwxaf", "t5s3q"],
  ["h12uv", "hcufb"],
  ["p4t54", "eo4ry"],
  ["zxxz0", "iu2mc"],
  ["ys0zn", "3aar3"],
] as const;

it("numbers some texts again where somebody chose many of one hash", () => {
  const dictionary = new TextDictionary();
  const texts = Array.from({ length: 256 }, (_, choice) =>
    SAME_HASH.map(([one, other], at) => ((choice >> at) & 1 ? one : other)).join(""),
  );

  const first = texts.map((text) => numberOf(dictionary, text));
  const second = texts.map((text) => numberOf(dictionary, text));

  const all = readAll(dictionary);
  expect([...first, ...second].map((number) => all[number])).toEqual([...texts, ...texts]);
  expect(second.slice(0, 60)).toEqual(first.slice(0, 60));
  expect(dictionary.size).toBeGreaterThan(256);
});

it("forgets", () => {
  const dictionary = new TextDictionary();
  numberOf(dictionary, "a");
  dictionary.clear();

  expect([dictionary.size, numberOf(dictionary, "b"), numberOf(dictionary, "a")]).toEqual([
    0, 0, 1,
  ]);
  expect(readAll(dictionary)).toEqual(["b", "a"]);
});
