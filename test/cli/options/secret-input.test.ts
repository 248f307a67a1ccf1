import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../cli/errors.ts";
import { readSecretLine } from "../../../cli/options/secret-input.ts";
import { InterruptedError } from "../../../cli/run/interrupt.ts";

/** A terminal at which these keys are hit. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  /** Each mode that it was set to: in raw mode a terminal echoes nothing. */
  readonly rawModes: boolean[] = [];
  readonly screen = new PassThrough();

  setRawMode(isRaw: boolean): void {
    this.rawModes.push(isRaw);
  }

  async enter(keys: string): Promise<{ line: string; shown: string }> {
    const reading = readSecretLine(this, this.screen, "Token: ");
    this.write(keys);
    const line = await reading.finally(() => this.screen.end());
    return { line, shown: await text(this.screen) };
  }
}

describe("at a terminal", () => {
  it.each([
    ["xoxp-1-2-3\r", "xoxp-1-2-3"],
    ["xoxp-1-2-3\n", "xoxp-1-2-3"],
    [" xoxp-1\u007f2\r", "xoxp-2"], // the key for deleting works, too
  ])("shows the prompt and nothing of %j", async (keys, line) => {
    const terminal = new Terminal();

    expect(await terminal.enter(keys)).toEqual({ line, shown: "Token: \n" });
    expect(terminal.rawModes).toEqual([true, false]);
  });

  it("ends at Ctrl-C", async () => {
    const terminal = new Terminal();

    await expect(terminal.enter("xoxp-1\u0003")).rejects.toThrow(InterruptedError);
    expect(terminal.rawModes).toEqual([true, false]);
  });

  it.each(["\r", "\u0004"])("takes %j for no token", async (keys) => {
    await expect(new Terminal().enter(keys)).rejects.toThrow(UsageError);
  });
});

describe("from a pipe", () => {
  const read = (...chunks: string[]) =>
    readSecretLine(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), new PassThrough(), "");

  it.each([
    [["xoxp-1"], "xoxp-1"],
    [["xo", "xp-", "1\n"], "xoxp-1"],
    [["\n\n xoxp-1 \r\nsecond\n"], "xoxp-1"],
  ])("takes the first line of %j", async (chunks, line) => {
    expect(await read(...chunks)).toBe(line);
  });

  it("stops at the first line of what never ends", async () => {
    function* endless() {
      yield Buffer.from("xoxp-1\n");
      for (;;) yield Buffer.from("y\n");
    }

    expect(await readSecretLine(Readable.from(endless()), new PassThrough(), "")).toBe("xoxp-1");
  });

  it("refuses a line that is longer than any secret", async () => {
    await expect(read("x".repeat(5000))).rejects.toThrow(/more than 4096 characters/);
  });

  it.each([[[]], [["", " \n"]]])("refuses %j", async (chunks) => {
    await expect(read(...chunks)).rejects.toThrow(/nothing came on standard input/);
  });
});
