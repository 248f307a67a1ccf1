import { describe, expect, it } from "vitest";
import {
  lanePrefix,
  liveLane,
  sealLane,
  sourceOfLane,
  spanLane,
  spanOfLane,
} from "../../lib/archive/lane.ts";

const SPAN = { from: 1_519_862_400, until: 1_522_540_800 };

describe("lanes", () => {
  it("have names of their own", () => {
    expect(liveLane("grid")).toBe("grid");
    expect(spanLane("grid", SPAN)).toBe("grid#1519862400-1522540800");
    expect(sealLane("grid")).toBe("grid#close");
  });

  it("say whose they are", () => {
    for (const lane of [liveLane("grid"), spanLane("grid", SPAN), sealLane("grid")]) {
      expect(sourceOfLane(lane)).toBe("grid");
    }
    expect(spanLane("grid", SPAN).startsWith(lanePrefix("grid"))).toBe(true);
    expect(liveLane("grid-2").startsWith(lanePrefix("grid"))).toBe(false);
  });

  it("say which span they are of, where they are of one", () => {
    expect(spanOfLane(spanLane("grid", SPAN))).toEqual(SPAN);
    expect(spanOfLane(liveLane("grid-1-2"))).toBe(undefined);
    expect(spanOfLane(sealLane("grid"))).toBe(undefined);
  });
});
