import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../cli/errors.ts";
import { readSecretLine } from "../../../cli/options/secret-input.ts";
import { InterruptedError } from "../../../cli/run/interrupt.ts";
import { FakeTerminal } from "../fake-terminal.ts";

describe("at a terminal", () => {
  const enter = async (keys: string) => {
    const terminal = new FakeTerminal();
    const line = readSecretLine("Token:", terminal);
    await terminal.type(keys);
    return { line, terminal };
  };

  it.each([
    ["xoxp-1-2-3\r", "xoxp-1-2-3"],
    ["xoxp-1-2-3\n", "xoxp-1-2-3"],
    [" xoxp-1\u007f2\r", "xoxp-2"], // the key for deleting works, too
    ["xoxp-1-2-3\u0014\r", "xoxp-1-2-3"], // Ctrl-T, which can reveal a password
  ])("shows the question and nothing of %j", async (keys, expected) => {
    const { line, terminal } = await enter(keys);

    expect(await line).toBe(expected);
    expect(terminal.shown()).toEqual(["? Token: [input is masked]", "✔ Token:"]);
    expect(terminal.rawModes).toEqual([true, false]);
  });

  it("ends at Ctrl-C", async () => {
    const { line, terminal } = await enter("xoxp-1\u0003");

    await expect(line).rejects.toThrow(InterruptedError);
    expect(terminal.rawModes).toEqual([true, false]);
  });

  it.each(["\r", "\u0004"])("takes %j for no token", async (keys) => {
    const { line, terminal } = await enter(keys);

    await expect(line).rejects.toThrow(UsageError);
    expect(terminal.rawModes).toEqual([true, false]);
  });
});

describe("from a pipe", () => {
  const read = (input: Readable) => readSecretLine("Token:", { input, output: process.stderr });
  const readChunks = (...chunks: string[]) =>
    read(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));

  it.each([
    [["xoxp-1"], "xoxp-1"],
    [["xo", "xp-", "1\n"], "xoxp-1"],
    [["\n\n xoxp-1 \r\nsecond\n"], "xoxp-1"],
  ])("takes the first line of %j", async (chunks, line) => {
    expect(await readChunks(...chunks)).toBe(line);
  });

  it("stops at the first line of what never ends", async () => {
    function* endless() {
      yield Buffer.from("xoxp-1\n");
      for (;;) yield Buffer.from("y\n");
    }

    expect(await read(Readable.from(endless()))).toBe("xoxp-1");
  });

  it("refuses a line that is longer than any secret", async () => {
    await expect(readChunks("x".repeat(5000))).rejects.toThrow(/more than 4096 characters/);
  });

  it.each([[[]], [["", " \n"]]])("refuses %j", async (chunks) => {
    await expect(readChunks(...chunks)).rejects.toThrow(/no token on standard input/);
  });
});
