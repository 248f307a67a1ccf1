import { describe, expect, it } from "vitest";
import {
  backfillWriter,
  liveWriter,
  sealWriter,
  sourceOfWriter,
  spanOfWriter,
  writerPrefix,
} from "../../lib/archive/writer.ts";

const SPAN = { from: 1_519_862_400, until: 1_522_540_800 };

describe("writers", () => {
  it("have names of their own", () => {
    expect(liveWriter("grid")).toBe("grid");
    expect(backfillWriter("grid", SPAN)).toBe("grid#1519862400-1522540800");
    expect(sealWriter("grid")).toBe("grid#close");
  });

  it("say whose they are", () => {
    for (const writer of [liveWriter("grid"), backfillWriter("grid", SPAN), sealWriter("grid")]) {
      expect(sourceOfWriter(writer)).toBe("grid");
    }
    expect(backfillWriter("grid", SPAN).startsWith(writerPrefix("grid"))).toBe(true);
    expect(liveWriter("grid-2").startsWith(writerPrefix("grid"))).toBe(false);
  });

  it("say which span they are of, where they are of one", () => {
    expect(spanOfWriter(backfillWriter("grid", SPAN))).toEqual(SPAN);
    expect(spanOfWriter(liveWriter("grid-1-2"))).toBe(undefined);
    expect(spanOfWriter(sealWriter("grid"))).toBe(undefined);
  });
});
