import { describe, expect, it } from "vitest";
import { giveBack, takeBuffer } from "../../lib/slack/body-buffers.ts";

const MIB = 2 ** 20;

describe("the memory of bodies", () => {
  it("is handed out again once it was given back, to one at a time", () => {
    const first = takeBuffer(3 * MIB);
    giveBack(first.subarray(0, 100));
    giveBack(first);
    const second = takeBuffer(2 * MIB);
    const third = takeBuffer(2 * MIB);
    expect(second.buffer).toBe(first.buffer);
    expect(third.buffer).not.toBe(first.buffer);
    for (const buffer of [second, third]) giveBack(buffer);
  });

  it("is of the size that is asked for, and no more than two are kept: the larger ones", () => {
    const sizes = [5 * MIB, 4 * MIB, 6 * MIB];
    const buffers = sizes.map((size) => takeBuffer(size));
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual(sizes);
    for (const buffer of buffers) giveBack(buffer);
    expect([takeBuffer(1).buffer, takeBuffer(1).buffer]).toEqual([
      buffers[0]?.buffer,
      buffers[2]?.buffer,
    ]);
    expect(takeBuffer(1).byteLength).toBe(MIB);
  });

  it("goes to the system when it is large, or came from elsewhere", () => {
    const large = takeBuffer(17 * MIB);
    const own = new Uint8Array(MIB);
    giveBack(large);
    giveBack(own);
    expect([large.byteLength, own.byteLength]).toEqual([0, 0]);
  });

  it("is left alone where it is Node's pool, which holds other things too", () => {
    const pooled = Buffer.from("pooled");
    giveBack(pooled);
    expect(pooled.toString()).toBe("pooled");
  });
});
