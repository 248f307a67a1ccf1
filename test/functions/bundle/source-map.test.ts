import { decode, encode } from "@jridgewell/sourcemap-codec";
import { describe, expect, it } from "vitest";
import { leanSourceMap } from "../../../functions/bundle/source-map.ts";

const OURS = "../../../lib/time.ts";

/** @returns mappings and sources, as they come out */
function lean(sources: string[], mappings: Parameters<typeof encode>[0]) {
  const whole = { version: 3, sources, names: ["a"], mappings: encode(mappings) };
  const map = JSON.parse(leanSourceMap(whole));
  return { ...map, mappings: decode(map.mappings) };
}

describe("leanSourceMap", () => {
  it("keeps where each line of this project begins", () => {
    const line = [
      [0, 0, 4, 2],
      [7, 0, 4, 9, 0],
      [12, 0, 5, 0],
      [20, 0, 4, 2],
    ] satisfies Parameters<typeof encode>[0][number];

    expect(lean([OURS], [line])).toMatchObject({
      version: 3,
      sources: [OURS],
      names: [],
      mappings: [
        [
          [0, 0, 4, 0],
          [12, 0, 5, 0],
          [20, 0, 4, 0],
        ],
      ],
    });
  });

  it("says where the code of dependencies begins and ends, and nothing else of it", () => {
    const sources = [
      "../../../node_modules/@smithy/core/dist-es/a.js",
      "../../../node_modules/undici/lib/b.js",
      OURS,
    ];

    expect(
      lean(sources, [
        [
          [0, 2, 1, 1],
          [5, 0, 8, 0],
          [9, 1, 3, 0],
          [11, 2, 6, 4],
        ],
        [[2, 1, 7, 7]],
        [
          [0, 1, 7, 7],
          [4, 2, 9, 0],
        ],
      ]),
    ).toMatchObject({
      sources: [OURS],
      mappings: [[[0, 0, 1, 0], [5], [11, 0, 6, 0]], [], [[4, 0, 9, 0]]],
    });
  });

  it("keeps where code begins that has no source", () => {
    expect(lean([OURS], [[[0, 0, 1, 0], [4], [6], [9, 0, 1, 0]]]).mappings).toEqual([
      [[0, 0, 1, 0], [4], [9, 0, 1, 0]],
    ]);
  });
});
