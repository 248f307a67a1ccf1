/** Days of one source without a gap, UTC, `YYYY-MM-DD`, both included. */
export interface ColumnsDays {
  source: string;
  from: string;
  to: string;
}

const MS_PER_DAY = 86_400_000;

/**
 * The same days as ranges, as few as they make.
 *
 * @param days - UTC, `YYYY-MM-DD`, in any order
 */
export function joinDays(source: string, days: Iterable<string>): ColumnsDays[] {
  const ranges: ColumnsDays[] = [];
  for (const day of [...new Set(days)].sort()) {
    const last = ranges.at(-1);
    if (last !== undefined && dayAfter(last.to) === day) {
      last.to = day;
    } else {
      ranges.push({ source, from: day, to: day });
    }
  }
  return ranges;
}

/**
 * Athena refuses a view whose condition has 300 ranges ("exceeded maximum
 * filters"), and took one with 200.
 */
export const RANGES_MAX = 150;

/**
 * Those that a view can name, and of them the longest: the lines serve the
 * other days.
 *
 * @returns in the order of `ranges`
 */
export function longestRanges(ranges: readonly ColumnsDays[]): ColumnsDays[] {
  const msOf = ({ from, to }: ColumnsDays) => Date.parse(to) - Date.parse(from);
  const longest = new Set(ranges.toSorted((a, b) => msOf(b) - msOf(a)).slice(0, RANGES_MAX));
  return ranges.filter((range) => longest.has(range));
}

/** A condition that holds for the partitions of these days, and for no others. */
export function isCompacted(ranges: readonly ColumnsDays[]): string {
  return ranges
    .map(({ source, from, to }) => `(source = '${source}' AND dt BETWEEN '${from}' AND '${to}')`)
    .join(" OR ");
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00Z`) + MS_PER_DAY).toISOString().slice(0, 10);
}
