import { figure, ranking } from "../charts.ts";
import { html, visibleText } from "../html.ts";
import type { ReportData } from "../report-data.ts";
import { counted, queryTable, table } from "../tables.ts";
import { queryOf, type Section } from "./section.ts";

export function newSection(data: ReportData): Section {
  const { rowCount } = queryOf(data, "new-actions");
  const actions = queryOf(data, "actions");
  const isAllNew = rowCount > 0 && rowCount === actions.rowCount;
  const frequent = (actions.tops.action ?? []).map(
    ([name, count]) => [visibleText(name, 60), count] as const,
  );
  return {
    id: "new",
    question: "What is new?",
    answer:
      actions.rowCount === 0
        ? html`Nothing happened, so nothing is new.`
        : isAllNew
          ? html`The archive holds nothing from before ${data.period.from}: there is nothing to compare with, and all ${counted(rowCount, "action")} count as new.`
          : html`${rowCount === 0 ? "No action" : counted(rowCount, "action")} of ${counted(actions.rowCount, "kind")} came up for the first time in ${counted(90, "day")}.`,
    tone: rowCount > 0 && !isAllNew ? "look" : "plain",
    body: html`
${
  frequent.length > 1 &&
  figure({
    caption: "The most frequent actions",
    label: `The most frequent actions: ${frequent
      .slice(0, 3)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ")}`,
    draw: ranking(frequent, { unit: "entries", color: "var(--series-1)" }),
    table: table("The most frequent actions", ["action", "entries"], undefined, frequent),
  })
}
${queryTable(queryOf(data, "new-actions"))}
${queryTable(actions)}`,
  };
}
