import type { Markup } from "../html.ts";
import type { QuerySummary, ReportData } from "../report-data.ts";

/** A question, its answer in one sentence, and what the answer rests on. */
export interface Section {
  /** Of the element. */
  id: string;
  question: string;
  answer: Markup;
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

/** `a, b and c` */
export function listed(parts: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(parts);
}
