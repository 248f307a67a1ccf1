import { rankingFigure } from "../charts.ts";
import { html } from "../html.ts";
import type { ReportData } from "../report-data.ts";
import { counted, queryTable } from "../tables.ts";
import { queryOf, type Section, topsOf } from "./section.ts";

export function newSection(data: ReportData): Section {
  const newActions = queryOf(data, "new-actions");
  const newFields = queryOf(data, "new-fields");
  const { rowCount } = newActions;
  const actions = queryOf(data, "actions");
  const isAllNew = rowCount > 0 && rowCount === actions.rowCount;
  const frequent = topsOf(data, "actions", "action");
  return {
    id: "new",
    question: "What is new?",
    answer:
      actions.rowCount === 0
        ? "Nothing happened, so nothing is new."
        : isAllNew
          ? `The archive holds nothing from before ${data.period.from}: there is nothing to compare with, and all ${counted(rowCount, "action")} and ${counted(newFields.rowCount, "field")} count as new.`
          : `${rowCount === 0 ? "No action" : counted(rowCount, "action")} of ${counted(actions.rowCount, "kind")} and ${newFields.rowCount === 0 ? "no field" : counted(newFields.rowCount, "field")} came up for the first time in ${counted(90, "day")}.`,
    tone: rowCount + newFields.rowCount > 0 && !isAllNew ? "look" : "plain",
    body: html`
${
  frequent.length > 1 &&
  rankingFigure(frequent, {
    caption: "The most frequent actions",
    unit: "entries",
    color: "var(--series-1)",
    columns: ["action", "entries"],
  })
}
${queryTable(newActions)}
${queryTable(newFields)}
${queryTable(actions)}`,
  };
}
