import { describe, expect, it } from "vitest";
import { asBytes, fromByteText, toByteText, toByteTexts } from "../../lib/ocsf/byte-text.ts";

const TEXTS = ["", "plain", "ä", "€", "漢字", "🦊", "\0", "\u0080", "\u00ff", "\u2028", "\ufffd"];

it.each(TEXTS)("is the bytes of its UTF-8: %j", (text) => {
  expect(Buffer.from(toByteText(text), "latin1")).toEqual(Buffer.from(text));
  expect(fromByteText(toByteText(text))).toBe(text);
});

describe("half a pair", () => {
  const TEXT = "ä\ud83d🦊\udd8aü\ud800";

  it("stays what it is", () => {
    expect(toByteText("\ud83d")).toBe("\ud83d");
    expect(fromByteText(toByteText(TEXT))).toBe(TEXT);
  });

  it("is U+FFFD as bytes", () => {
    expect(fromByteText(asBytes(toByteText(TEXT)))).toBe(TEXT.toWellFormed());
  });
});

it("may be of millions of characters", () => {
  const text = "🦊".repeat(9_000_000);

  expect(toByteText(text)).toHaveLength(4 * 9_000_000);
});

it("is each text and each name of a JSON value, and nothing else", () => {
  const value = { ä: ["ö", 1, null, true, { "🦊": "plain" }], ["__proto__"]: "ü" };

  expect(JSON.stringify(toByteTexts(value))).toBe(toByteText(JSON.stringify(value)));
});
