import type { RowStream } from "../sql/query-result.ts";
import type { CountryCounts } from "./country-counts.ts";
import type { Statement } from "./questions.ts";
import type { HourSummary, QuerySummary } from "./report-data.ts";

/** Rows of a result that a page shows. */
const ROWS_MAX = 40;

/** Values of a column that a chart shows. */
const TOP_MAX = 12;

/** Read the result of a saved query; memory holds the rows that are shown, whatever their number. */
export async function summarize(
  { name, query, reading, command }: Statement,
  { columns, types, batches }: RowStream,
  countries?: CountryCounts,
): Promise<QuerySummary> {
  const { count, tops = [], events, addresses } = reading;
  const indexOf = (column: string) => columns.indexOf(column);
  const tallies = tops.map((column) => ({
    index: indexOf(column),
    column,
    counts: new Map<string | null, number>(),
  }));
  const byHour: Record<string, number> = {};
  let rows: unknown[][] = [];
  let rowCount = 0;
  let total = 0;
  for await (const batch of batches) {
    rowCount += batch.length;
    for (const row of batch) {
      const counted = count === undefined ? 1 : Number(row[indexOf(count)]);
      total += counted;
      for (const { index, counts } of tallies) {
        const cell = row[index] ?? null;
        const value = cell === null ? null : String(cell);
        counts.set(value, (counts.get(value) ?? 0) + counted);
      }
      if (addresses !== undefined) countries?.add(row[indexOf(addresses)], counted);
      if (events !== undefined) {
        const hour = toIsoHour(row[indexOf(events)]);
        byHour[hour] = (byHour[hour] ?? 0) + counted;
      }
    }
    if (events !== undefined) rows = [...rows, ...batch].slice(-ROWS_MAX);
    else rows.push(...batch.slice(0, ROWS_MAX - rows.length));
  }
  return {
    name,
    title: query?.title ?? "",
    question: query?.question ?? "",
    command,
    columns,
    types,
    rows: events === undefined ? rows : rows.toReversed(),
    rowCount,
    total,
    tops: Object.fromEntries(
      tallies.map(({ column, counts }) => [
        column,
        [...counts]
          .sort(([a, m], [b, n]) => n - m || (a === null || a < (b ?? "") ? -1 : 1))
          .slice(0, TOP_MAX),
      ]),
    ),
    byHour,
  };
}

/** Read the rows of the report's own statement. */
export async function toHours({ columns, batches }: RowStream): Promise<HourSummary[]> {
  const hours: HourSummary[] = [];
  for await (const batch of batches) {
    for (const row of batch) {
      const at = (column: string) => row[columns.indexOf(column)];
      const numberAt = (column: string) => Number(at(column));
      hours.push({
        source: String(at("source")),
        start: toIsoHour(at("hour_start")),
        entries: numberAt("entries"),
        logins: numberAt("logins"),
        failedLogins: numberAt("failed_logins"),
        downloads: numberAt("downloads"),
        ...(at("archived") === null || at("archived") === undefined
          ? {}
          : {
              sealed: {
                listed: numberAt("listed"),
                archived: numberAt("archived"),
                late: numberAt("late"),
                onlyInArchive: numberAt("only_in_archive"),
                twice: numberAt("twice"),
                differs: numberAt("differs"),
              },
            }),
      });
    }
  }
  return hours;
}

/** Start of the hour of a database's timestamp, `2026-03-02 09:12:13[.000]`. */
function toIsoHour(timestamp: unknown): string {
  return `${String(timestamp).slice(0, 13).replace(" ", "T")}:00:00Z`;
}
