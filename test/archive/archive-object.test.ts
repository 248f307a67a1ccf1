import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  ArchiveObjectError,
  checkObject,
  decodeLines,
  encodeObject,
  hashLines,
} from "../../lib/archive/archive-object.ts";
import type { ArchiveEntry } from "../../lib/archive/entry-rows.ts";

const entry = (id: string, dateCreate: number): ArchiveEntry => ({
  id,
  dateCreate,
  bytes: new TextEncoder().encode(`{"id":"${id}"}`),
});

describe("encodeObject", () => {
  it("writes entries oldest first, those of one second in Slack's order reversed", async () => {
    const { key, body } = await encodeObject("a", [
      entry("d", 9),
      entry("c", 8),
      entry("b", 8),
      entry("a", 7),
    ]);
    const lines = await decodeLines(key, body);
    expect(lines.map((line) => Buffer.from(line).toString())).toEqual(
      ["a", "b", "c", "d"].map((id) => `{"id":"${id}"}`),
    );
  });

  it("gives the same entries the same key, and others another", async () => {
    const keyOf = async (...ids: string[]) =>
      (
        await encodeObject(
          "a",
          ids.map((id) => entry(id, 7)),
        )
      ).key;
    expect(await keyOf("a", "b")).toBe(await keyOf("a", "b"));
    expect(await keyOf("a", "b")).not.toBe(await keyOf("a"));
  });

  it("compresses in pieces what is large, to the same text", async () => {
    const texts = Array.from({ length: 40 }, (_, at) => `${at}`.padEnd(at * 2000, "x"));
    texts.push("y".repeat(700_000));
    const entries = texts.map((text) => ({ id: text, dateCreate: 7, bytes: Buffer.from(text) }));
    const { key, body } = await encodeObject("a", entries.toReversed());
    const lines = await decodeLines(key, body);
    expect(lines.map((line) => Buffer.from(line).toString())).toEqual(texts);
    expect(key).toContain(hashLines(lines));
  });

  it("refuses an object without entries", async () => {
    await expect(encodeObject("a", [])).rejects.toThrow(RangeError);
  });
});

describe("decodeLines", () => {
  it.each([
    ["not gzip", Buffer.from("x")],
    ["cut gzip", gzipSync("{}\n").subarray(0, 12)],
    ["followed by something else", Buffer.concat([gzipSync("{}\n"), Buffer.from("{}\n")])],
    ["a cut line", gzipSync('{"id":"a"}\n{"id"')],
  ])("names the object that is %s", async (_, body) => {
    await expect(decodeLines("some/key", body)).rejects.toThrow(ArchiveObjectError);
    await expect(decodeLines("some/key", body)).rejects.toThrow("some/key");
  });

  it("stops at a gzip bomb before it fills the memory", async () => {
    const bomb = gzipSync("\n".repeat(10_000));
    const decode = (textBytes: number, lines: number) =>
      decodeLines("some/key", bomb, { textBytes, lines });
    await expect(decode(9_999, 10_000)).rejects.toThrow(
      "cannot read some/key: it holds more than 9999 bytes of text",
    );
    await expect(decode(10_000, 9_999)).rejects.toThrow("it holds more than 9999 lines");
    await expect(decode(10_000, 10_000)).resolves.toHaveLength(10_000);
  });
});

describe("checkObject", () => {
  const TEXT = '{"id":"a"}\n{"id":"b"}\n';
  const hash = hashLines(
    TEXT.trimEnd()
      .split("\n")
      .map((line) => Buffer.from(line)),
  );

  it("is content with what the key was made from", async () => {
    await expect(checkObject("some/key", hash, gzipSync(TEXT))).resolves.toBeUndefined();
  });

  it.each([
    ["cut", gzipSync(TEXT).subarray(0, -9), "it is not whole gzip"],
    ["another text", gzipSync(TEXT.replace("b", "c")), "its lines are not those"],
    ["without its last line break", gzipSync(TEXT.trimEnd()), "its last line has no line break"],
    ["empty", gzipSync(""), "its last line has no line break"],
    ["two in one", Buffer.concat([gzipSync(TEXT), gzipSync(TEXT)]), "its lines are not those"],
    ["followed by zeros", Buffer.concat([gzipSync(TEXT), Buffer.alloc(4)]), "goes on after"],
  ])("names the object that is %s", async (_, body, problem) => {
    await expect(checkObject("some/key", hash, body)).rejects.toThrow(`cannot read some/key: `);
    await expect(checkObject("some/key", hash, body)).rejects.toThrow(problem);
  });

  it("names an object of which a bit was flipped, wherever it is", async () => {
    const body = gzipSync(TEXT);
    for (let at = 10; at < body.length; at++) {
      const flipped = Buffer.from(body);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      await expect(checkObject("some/key", hash, flipped)).rejects.toThrow(ArchiveObjectError);
    }
  });
});
