import * as Plot from "@observablehq/plot";
import { figure, rankingFigure, timeAxis } from "../charts.ts";
import { html, type Markup } from "../html.ts";
import type { ReportData } from "../report-data.ts";
import { counted, formatCount, queryTable, table } from "../tables.ts";
import { capitalized, listed, queryOf, type Section, topsOf } from "./section.ts";
import { binName, timeBins } from "./time-bins.ts";

const QUERIES = [
  "downloads-by-volume",
  "exports",
  "external-sharing",
  "channels-opened",
  "guest-accounts",
  "content-access",
];

export function leftSection(data: ReportData): Section {
  const downloads = data.hours.reduce((sum, hour) => sum + hour.downloads, 0);
  const rowsOf = (name: string) => queryOf(data, name).rowCount;
  const parts = [
    counted(downloads, "download"),
    counted(rowsOf("exports"), "export"),
    counted(
      rowsOf("external-sharing"),
      "step that opened something to outsiders",
      "steps that opened something to outsiders",
    ),
  ];
  const bulk = rowsOf("downloads-by-volume");
  return {
    id: "left",
    question: "What left?",
    answer: `${capitalized(listed(parts))}${
      bulk > 0 ? `; in ${counted(bulk, "hour")} one person downloaded 20 files or more` : ""
    }.`,
    tone: bulk + rowsOf("exports") > 0 ? "look" : "plain",
    body: html`
${downloads > 0 && downloadsOverTime(data)}
${top(data, "downloads-by-volume", "actor_email", "People who downloaded 20 files or more in an hour", "downloads in such hours")}
${top(data, "exports", "actor_email", "People who exported", "exports")}
${top(data, "external-sharing", "action", "What was opened to outsiders", "times")}
${QUERIES.map((name) => queryTable(queryOf(data, name)))}`,
  };
}

function downloadsOverTime(data: ReportData): Markup {
  const bins = timeBins(data.period);
  const bars = bins.fill(data.hours.map((hour) => [hour.start, hour.downloads]));
  const most = bars.reduce((a, b) => (b.count > a.count ? b : a));
  return figure({
    caption: `Downloads of files, canvases and lists by ${bins.unit} (UTC)`,
    label: `Downloads over time; the most, ${formatCount(most.count)}, at ${binName(most.start, bins.unit)}`,
    draw: (isNarrow) => ({
      height: isNarrow ? 130 : 150,
      marginLeft: 44,
      marginRight: 20,
      x: timeAxis(bins.from, bins.until, isNarrow),
      y: { label: null, ticks: 4, grid: true, tickSize: 0 },
      marks: [
        Plot.rectY(bars, {
          x1: "start",
          x2: "end",
          y: "count",
          fill: "var(--series-1)",
          insetLeft: 0.5,
          title: (d) => `${binName(d.start, bins.unit)}: ${counted(d.count, "download")}`,
        }),
        Plot.ruleY([0]),
      ],
    }),
    table: table(
      `Downloads by ${bins.unit}`,
      [bins.unit, "downloads"],
      undefined,
      bars
        .filter(({ count }) => count > 0)
        .map(({ start, count }) => [binName(start, bins.unit), count]),
    ),
  });
}

function top(
  data: ReportData,
  query: string,
  column: string,
  caption: string,
  unit: string,
): Markup | undefined {
  const items = topsOf(data, query, column, "nobody");
  if (items.length < 2) return undefined;
  const columns: [string, string] = [column, unit];
  return rankingFigure(items, { caption, unit, color: "var(--series-1)", columns });
}
