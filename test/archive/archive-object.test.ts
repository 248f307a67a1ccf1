import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  type ArchiveEntry,
  ArchiveObjectError,
  decodeLines,
  encodeObject,
} from "../../lib/archive/archive-object.ts";

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

  it("refuses an object without entries", async () => {
    await expect(encodeObject("a", [])).rejects.toThrow(RangeError);
  });
});

describe("decodeLines", () => {
  it.each([
    ["not gzip", Buffer.from("x")],
    ["cut gzip", gzipSync("{}\n").subarray(0, 12)],
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
