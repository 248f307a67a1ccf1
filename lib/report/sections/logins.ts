import * as Plot from "@observablehq/plot";
import { figure, legend, rankingFigure, timeAxis } from "../charts.ts";
import { html, type Markup } from "../html.ts";
import type { ReportData } from "../report-data.ts";
import { counted, formatCount, queryTable, table } from "../tables.ts";
import { worldFigure } from "../world-map.ts";
import { listed, queryOf, type Section, topsOf } from "./section.ts";
import { binName, timeBins } from "./time-bins.ts";

const QUERIES = [
  "login-after-failures",
  "stolen-sessions",
  "several-networks",
  "failed-logins-and-session-resets",
  "new-addresses-and-clients",
  "logins",
];

export function loginsSection(data: ReportData): Section {
  const logins = queryOf(data, "logins");
  const failed = data.hours.reduce((sum, hour) => sum + hour.failedLogins, 0);
  const concerns = [
    {
      name: "login-after-failures",
      one: "login after many failures",
      many: "logins after many failures",
    },
    {
      name: "stolen-sessions",
      one: "session that changed its client",
      many: "sessions that changed their client",
    },
    {
      name: "several-networks",
      one: "user on several networks within minutes",
      many: "users on several networks within minutes",
    },
  ].flatMap(({ name, one, many }) => {
    const { rowCount } = queryOf(data, name);
    return rowCount === 0 ? [] : [counted(rowCount, one, many)];
  });
  return {
    id: "logins",
    question: "Who logged in, from where?",
    answer:
      logins.total + failed === 0
        ? "Nobody logged in, and no login failed."
        : `${counted(logins.total, "login")} and ${counted(failed, "failed login")}${
            concerns.length > 0
              ? `; look at ${listed(concerns)}`
              : "; no sign of a guessed password or a stolen session"
          }.`,
    tone: concerns.length > 0 ? "look" : "good",
    body: html`
${logins.total + failed > 0 && overTime(data)}
${countries(data)}
${failing(data)}
${QUERIES.map((name) => queryTable(queryOf(data, name)))}`,
  };
}

function overTime(data: ReportData): Markup {
  const bins = timeBins(data.period);
  const logins = bins.fill(data.hours.map((hour) => [hour.start, hour.logins]));
  const failures = bins.fill(data.hours.map((hour) => [hour.start, hour.failedLogins]));
  const bars = [
    ...logins.map((bin) => ({ ...bin, panel: "logins" })),
    ...failures.map((bin) => ({ ...bin, panel: "failed" })),
  ].filter(({ count }) => count > 0);
  return figure({
    caption: `Logins and failed logins by ${bins.unit}, each on its own scale (UTC)`,
    label: "Logins and failed logins over time",
    legend: legend([
      { className: "series-1", name: "logins" },
      { className: "series-2", name: "failed logins" },
    ]),
    draw: (isNarrow) => twoPanels(bars, bins, isNarrow),
    table: table(
      `Logins and failed logins by ${bins.unit}`,
      [bins.unit, "logins", "failed logins"],
      undefined,
      logins.flatMap(({ start, count }, i) =>
        count + (failures[i]?.count ?? 0) === 0
          ? []
          : [[binName(start, bins.unit), count, failures[i]?.count ?? 0]],
      ),
    ),
  });
}

/** Failures are rare beside logins: on one scale nobody would see them. */
function twoPanels(
  bars: readonly { start: Date; end: Date; count: number; panel: string }[],
  bins: ReturnType<typeof timeBins>,
  isNarrow: boolean,
): Plot.PlotOptions {
  const largest = (panel: string) =>
    Math.max(1, ...bars.filter((bar) => bar.panel === panel).map(({ count }) => count));
  const most = { logins: largest("logins"), failed: largest("failed") };
  // Logins above the line, failures below it: both as shares of their own largest bar.
  return {
    height: isNarrow ? 170 : 200,
    marginLeft: 44,
    marginRight: 20,
    x: timeAxis(bins.from, bins.until, isNarrow),
    y: {
      domain: [-0.7, 1],
      label: null,
      tickSize: 0,
      ticks: [-0.6, 0, 1],
      tickFormat: (share: number) =>
        formatCount(share > 0 ? most.logins : share < 0 ? most.failed : 0),
      grid: true,
    },
    marks: [
      Plot.rectY(bars, {
        x1: "start",
        x2: "end",
        y: (d) => (d.panel === "logins" ? d.count / most.logins : (-0.6 * d.count) / most.failed),
        fill: (d) => (d.panel === "logins" ? "var(--series-1)" : "var(--series-2)"),
        insetLeft: 0.5,
        title: (d) =>
          `${binName(d.start, bins.unit)}: ${d.panel === "logins" ? counted(d.count, "login") : counted(d.count, "failed login")}`,
      }),
      Plot.ruleY([0]),
    ],
  };
}

/** Bars for as many countries; the table has all. */
const COUNTRIES_MAX = 15;

function countries({ countries }: ReportData): Markup | undefined {
  if (countries === undefined) return undefined;
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "code" });
  const named = countries.map(([code, count]) => ({
    code,
    name: /^[A-Z]{2}$/.test(code) ? `${names.of(code)} (${code})` : "unknown",
    count,
  }));
  const color = "var(--series-1)";
  return html`${worldFigure(named, {
    caption: "Logins by country; the larger a circle, the more",
    unit: "login",
    color,
  })}
${rankingFigure(
  named.map(({ name, count }) => [name, count]),
  {
    caption: "Countries with the most logins",
    unit: "logins",
    color,
    columns: ["country", "logins"],
    barsMax: COUNTRIES_MAX,
  },
)}`;
}

function failing(data: ReportData): Markup | undefined {
  const accounts = topsOf(data, "failed-logins-and-session-resets", "account", "unknown");
  if (accounts.length === 0) return undefined;
  return rankingFigure(accounts, {
    caption: "Accounts with the most failed logins and resets",
    message: "Most failures",
    unit: "failures and resets",
    color: "var(--series-2)",
    columns: ["account", "times"],
  });
}
