import { describe, expect, it } from "vitest";
import { isCompacted, joinDays } from "../../lib/sql/columns-days.ts";

describe("joinDays", () => {
  it("makes as few ranges as there are gaps, over months and leap days", () => {
    const days = ["2024-03-01", "2024-02-28", "2024-02-29", "2024-03-05", "2024-03-05"];
    expect(joinDays("grid", days)).toEqual([
      { source: "grid", from: "2024-02-28", to: "2024-03-01" },
      { source: "grid", from: "2024-03-05", to: "2024-03-05" },
    ]);
  });

  it("makes none of nothing", () => {
    expect(joinDays("grid", [])).toEqual([]);
  });
});

it("a condition names each range of each source", () => {
  const ranges = [...joinDays("a", ["2024-01-01"]), ...joinDays("b", ["2024-01-02", "2024-01-03"])];
  expect(isCompacted(ranges)).toBe(
    "(source = 'a' AND dt BETWEEN '2024-01-01' AND '2024-01-01') OR (source = 'b' AND dt BETWEEN '2024-01-02' AND '2024-01-03')",
  );
});
