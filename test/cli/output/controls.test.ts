import { describe, expect, it } from "vitest";
import { showControls, showControlsOfLines, toJsonLine } from "../../../cli/output/controls.ts";

const HOSTILE = "a\u001b[2J\u009b1m\u007f\u202egnp.exe\u2066\u200f\u061c\u2028\r\n\tz";
/** All of it but what is to be seen. */
const OBEYED = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

describe("control characters", () => {
  it("are shown, so that a terminal does not obey them", () => {
    expect(showControls(HOSTILE)).toBe(
      "a\\u001b[2J\\u009b1m\\u007f\\u202egnp.exe\\u2066\\u200f\\u061c\\u2028\\u000d\\u000a\\u0009z",
    );
  });

  it("are shown in a cell, except for line breaks and tabs", () => {
    expect(showControlsOfLines("\u001b[2J\n\tz\r")).toBe("\\u001b[2J\n\tz\\u000d");
  });

  it("are escapes in JSON, which says the same", () => {
    const value = { [HOSTILE]: [HOSTILE, 1, null, "é😀"] };
    const json = toJsonLine(value);
    expect(json).not.toMatch(OBEYED);
    expect(json).toContain("é😀");
    expect(JSON.parse(json)).toEqual(value);
  });
});
