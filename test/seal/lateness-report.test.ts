import { describe, expect, it } from "vitest";
import type { WriterStatus } from "../../lib/ports.ts";
import { latenessReport } from "../../lib/seal/lateness-report.ts";

const SETTINGS = { settleDelaySeconds: 60, allowedLatenessSeconds: 900 };

function writer(name: string, tally: Record<string, number> | undefined): WriterStatus {
  const checkpoint = { start: 0, watermark: 0, entriesPerSecond: 0, tally };
  return { writer: name, checkpoint, lease: undefined, updatedAt: 0 };
}

/** What is recommended when the live runs and the closes have counted this. */
function recommended(
  live: Record<string, number>,
  closed?: Record<string, number>,
): Record<string, number> | undefined {
  return latenessReport("acme", [
    writer("acme", { startedAtMs: 1000, ...SETTINGS, ...live }),
    writer("acme#close", closed && { allowedLatenessSeconds: 900, ...closed }),
    writer("acme#0-1000", { startedAtMs: 1000, entries: 1_000_000 }),
  ])?.recommended;
}

describe("latenessReport", () => {
  it("says what was late, and what only the close of day found", () => {
    const live = { entries: 1000, late_below_256: 3, late_below_1024: 2 };
    const closed = { allowedLatenessSeconds: 900, days: 2, entries: 900, late_below_65536: 1 };

    expect(
      latenessReport("acme", [
        writer("acme", { startedAtMs: 5000, ...SETTINGS, ...live }),
        writer("acme#close", closed),
      ]),
    ).toEqual({
      live: {
        sinceMs: 5000,
        ...SETTINGS,
        entries: 1000,
        late: 5,
        lateness: { 256: 3, 1024: 2 },
      },
      closed: { days: 2, entries: 900, late: 1 },
      recommended: SETTINGS,
    });
  });

  it("is silent before a live run has counted", () => {
    expect(latenessReport("acme", [])).toBeUndefined();
    expect(latenessReport("acme", [writer("acme", undefined)])).toBeUndefined();
    expect(
      latenessReport("acme", [writer("acme", { entries: 3, startedAtMs: 1 })]),
    ).toBeUndefined();
  });

  it("leaves the settings as they are while few entries are late", () => {
    expect(recommended({ entries: 0 })).toEqual(SETTINGS);
    expect(recommended({ entries: 5000, late_below_128: 50 })).toEqual(SETTINGS);
    expect(recommended({ entries: 9, late_below_128: 9 })).toEqual(SETTINGS);
    expect(recommended({ entries: 0 }, { entries: 1_000_000, late_below_65536: 100 })).toEqual(
      SETTINGS,
    );
  });

  it("doubles the settle delay when more than one in a hundred comes after it", () => {
    expect(recommended({ entries: 5000, late_below_1024: 51 })).toEqual({
      ...SETTINGS,
      settleDelaySeconds: 120,
    });
    expect(recommended({ entries: 5000, settleDelaySeconds: 0, late_below_2: 51 })).toEqual({
      ...SETTINGS,
      settleDelaySeconds: 2,
    });
  });

  it("asks for no more than all that were found took at most", () => {
    expect(recommended({ entries: 5000, settleDelaySeconds: 100, late_below_128: 51 })).toEqual({
      ...SETTINGS,
      settleDelaySeconds: 128,
    });
  });

  it("doubles the allowed lateness when more than one in ten thousand is found by the close", () => {
    expect(
      recommended({ entries: 5000 }, { days: 9, entries: 99_999, late_below_65536: 10 }),
    ).toEqual({ ...SETTINGS, allowedLatenessSeconds: 1800 });
  });

  it("does not hold against a setting what closes found under another", () => {
    expect(
      recommended(
        { entries: 5000 },
        { allowedLatenessSeconds: 300, entries: 1000, late_below_65536: 900 },
      ),
    ).toEqual(SETTINGS);
  });
});
