import { type Markup, visibleText } from "../html.ts";
import type { QuerySummary, ReportData } from "../report-data.ts";

/** A question, its answer in one sentence, and what the answer rests on. */
export interface Section {
  /** Of the element. */
  id: string;
  question: string;
  answer: string;
  /** Whether somebody should look. */
  tone: "good" | "look" | "plain";
  body: Markup;
}

/** @throws {Error} when the report did not ask for it */
export function queryOf({ queries }: ReportData, name: string): QuerySummary {
  const query = queries[name];
  if (query === undefined) throw new Error(`the report has no ${name}`);
  return query;
}

/**
 * The most frequent values of a column of a query, as people see them.
 *
 * @param unnamed - stands for no value
 */
export function topsOf(
  data: ReportData,
  query: string,
  column: string,
  unnamed = "",
): [name: string, count: number][] {
  const tops = queryOf(data, query).tops[column] ?? [];
  const nameOf = (value: string | null) => (value === "" ? '""' : (value ?? unnamed));
  return tops.map(([value, count]) => [visibleText(nameOf(value), NAME_CHARACTERS_MAX), count]);
}

const NAME_CHARACTERS_MAX = 60;

/** `a, b and c` */
export function listed(parts: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(parts);
}

/** `A, b and c` */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `3 min`, `2 h 5 min`, `4 d 3 h` */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
