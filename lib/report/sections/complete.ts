import * as Plot from "@observablehq/plot";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../../time.ts";
import { type Draw, figure, legend } from "../charts.ts";
import {
  type CalendarHour,
  calendarOf,
  HOUR_STATES,
  type HourState,
  worstOf,
} from "../hour-states.ts";
import { html, type Markup } from "../html.ts";
import type { ReportData, SealSummary } from "../report-data.ts";
import { counted, formatCount, queryTable, table, time } from "../tables.ts";
import { duration, listed, queryOf, type Section } from "./section.ts";

/** Days up to which each hour is a cell; of more, each day is one. */
const HOURLY_DAYS_MAX = 45;

/** More hours without an entry, up to now, are worth a look: runs may have stopped. */
const AHEAD_HOURS_MAX = 3;

export function completeSection(data: ReportData): Section {
  const now = Date.parse(data.generatedAt) / 1000;
  const calendars = [...Map.groupBy(data.hours, ({ source }) => source)].map(([source, hours]) => ({
    source,
    hours: calendarOf(hours, data.period, now),
  }));
  const all = calendars.flatMap(({ hours }) => hours);
  const count = (state: HourState) => all.filter((hour) => hour.state === state).length;
  const wrong = count("changed") + count("differs");
  return {
    id: "complete",
    question: "Is it complete?",
    answer: answerOf(all, count),
    tone:
      wrong + count("missing") + data.quarantined.length > 0 ||
      count("ahead") > AHEAD_HOURS_MAX ||
      all.length === 0
        ? "look"
        : count("open") === 0
          ? "good"
          : "plain",
    body: html`
${calendars.map(({ source, hours }) => heatMap(source, hours, calendars.length > 1))}
${lag(data)}
${data.quarantined.map(putAside)}
${queryTable(queryOf(data, "completeness"))}
${data.seals.map((seal) => proof(data, seal))}`,
  };
}

function answerOf(hours: readonly CalendarHour[], count: (state: HourState) => number): string {
  if (hours.length === 0) return "The archive holds nothing of these days.";
  const sealed = hours.length - count("open") - count("missing") - count("ahead");
  const problems = [
    ...(count("changed") > 0 ? [`${counted(count("changed"), "hour")} changed after sealing`] : []),
    ...(count("differs") > 0
      ? [`${counted(count("differs"), "hour")} differ from what Slack listed`]
      : []),
    ...(count("ahead") > AHEAD_HOURS_MAX
      ? [`nothing has come in the last ${counted(count("ahead"), "hour")}`]
      : []),
    ...(count("missing") > 0
      ? [`${counted(count("missing"), "hour")} without entries may not have been collected`]
      : []),
  ];
  const state =
    sealed === 0
      ? `None of the ${counted(hours.length, "hour")} is sealed yet, so nothing has been compared with Slack a second time`
      : sealed === hours.length
        ? `All ${counted(hours.length, "hour")} are sealed`
        : `${formatCount(sealed)} of ${counted(hours.length, "hour")} are sealed`;
  if (problems.length > 0) return `${state}; ${listed(problems)}.`;
  return sealed === 0
    ? `${state}; every hour has entries.`
    : `${state} and hold what Slack listed${sealed < hours.length ? "; the others have entries and wait to be sealed" : ""}.`;
}

function heatMap(source: string, hours: readonly CalendarHour[], isOneOfSeveral: boolean): Markup {
  const days = Map.groupBy(hours, ({ start }) => start.slice(0, 10));
  const isHourly = days.size <= HOURLY_DAYS_MAX;
  const present = new Set(hours.map(({ state }) => state));
  return figure({
    caption: `${isHourly ? "Each hour" : "Each day"} of the period${isOneOfSeveral ? `, ${source}` : ""} (UTC)`,
    label: `What is known of each ${isHourly ? "hour" : "day"}: ${listed(
      HOUR_STATES.filter(({ id }) => present.has(id)).map(
        ({ id, name }) => `${hours.filter(({ state }) => state === id).length} hours ${name}`,
      ),
    )}`,
    legend: legend(
      HOUR_STATES.filter(({ id }) => present.has(id)).map(({ id, name, sign }) => ({
        className: `state-${id}`,
        name,
        sign,
      })),
    ),
    draw: isHourly ? hourly(hours, days.size) : daily(days),
    table: table(
      `Hours of each day by state, ${source}`,
      ["day", ...HOUR_STATES.map(({ id }) => id), "entries"],
      undefined,
      [...days].map(([day, ofDay]) => [
        day,
        ...HOUR_STATES.map(({ id }) => ofDay.filter(({ state }) => state === id).length),
        ofDay.reduce((sum, { entries }) => sum + entries, 0),
      ]),
    ),
  });
}

const COLORS: Plot.ScaleOptions = {
  type: "ordinal",
  domain: HOUR_STATES.map(({ id }) => id),
  range: HOUR_STATES.map(({ id }) => `var(--state-${id})`),
};
const SIGNS = new Map<HourState, string>(HOUR_STATES.map(({ id, sign }) => [id, sign]));
const NAMES = new Map<HourState, string>(HOUR_STATES.map(({ id, name }) => [id, name]));

function hourly(hours: readonly CalendarHour[], days: number): Draw {
  const cells = hours.map(({ start, state, entries }) => ({
    name: `${start.slice(0, 16).replace("T", " ")} UTC`,
    day: start.slice(0, 10),
    hour: Number(start.slice(11, 13)),
    state,
    entries,
  }));
  return (isNarrow) => ({
    height: days * (days > 20 ? 14 : 22) + 22,
    marginTop: 20,
    marginBottom: 2,
    marginLeft: isNarrow ? 46 : 82,
    marginRight: 2,
    padding: 0,
    color: COLORS,
    x: {
      type: "band",
      domain: Array.from({ length: 24 }, (_, hour) => hour),
      axis: "top",
      tickSize: 0,
      label: null,
      padding: 0.08,
      tickFormat: (hour) => (hour % (isNarrow ? 6 : 3) === 0 ? String(hour).padStart(2, "0") : ""),
    },
    y: {
      type: "band",
      tickSize: 0,
      label: null,
      padding: 0.1,
      tickFormat: (day) => dayName(day, isNarrow),
    },
    marks: stateCells(cells, { x: "hour", y: "day" }),
  });
}

/** Weeks across, weekdays down: months in the space of a telephone. */
function daily(days: ReadonlyMap<string, readonly CalendarHour[]>): Draw {
  const cells = [...days].map(([day, hours]) => {
    const weekday = (new Date(day).getUTCDay() + 6) % 7;
    return {
      name: day,
      week: dayOf(startOfDay(day) - weekday * SECONDS_PER_DAY),
      weekday,
      state: worstOf(hours.map(({ state }) => state)),
      entries: hours.reduce((sum, { entries }) => sum + entries, 0),
    };
  });
  return (isNarrow) => ({
    height: 7 * (isNarrow ? 14 : 20) + 24,
    marginTop: 22,
    marginBottom: 2,
    marginLeft: 34,
    marginRight: 2,
    color: COLORS,
    x: {
      type: "band",
      axis: "top",
      tickSize: 0,
      label: null,
      padding: 0.1,
      // The first week of a month names it.
      tickFormat: (week: string) =>
        Number(week.slice(8)) <= 7
          ? new Date(week).toLocaleDateString("en-GB", { month: "short", timeZone: "UTC" })
          : "",
    },
    y: {
      type: "band",
      domain: [0, 1, 2, 3, 4, 5, 6],
      tickSize: 0,
      label: null,
      padding: 0.1,
      tickFormat: (weekday: number) => ["Mon", "", "Wed", "", "Fri", "", "Sun"][weekday] ?? "",
    },
    marks: stateCells(cells, { x: "week", y: "weekday" }),
  });
}

/** Coloured by state, with the state's sign. */
function stateCells<T extends { name: string; state: HourState; entries: number }>(
  cells: readonly T[],
  place: { x: keyof T & string; y: keyof T & string },
): Plot.Markish[] {
  return [
    Plot.cell(cells, {
      ...place,
      fill: "state",
      rx: 2,
      title: (d) => `${d.name}: ${NAMES.get(d.state)}; ${counted(d.entries, "entry", "entries")}`,
    }),
    Plot.text(
      cells.filter(({ state }) => SIGNS.get(state) !== ""),
      {
        ...place,
        text: (d) => SIGNS.get(d.state),
        fill: (d) => `var(--on-state-${d.state})`,
        fontWeight: 700,
      },
    ),
  ];
}

function dayName(day: string, isNarrow: boolean): string {
  return new Date(day).toLocaleDateString("en-GB", {
    ...(isNarrow ? {} : { weekday: "short" }),
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
}

function putAside({ source, texts }: ReportData["quarantined"][number]): Markup {
  return html`<p>${counted(texts, "text")} that <b>${source}</b> listed ${texts === 1 ? "is" : "are"} in no table: without a usable id or time, or different from what was archived, they are kept byte for byte below <code>quarantine/</code>.</p>`;
}

function lag(data: ReportData): Markup {
  const query = queryOf(data, "completeness");
  const index = query.columns.indexOf("lag_seconds");
  const lags = query.rows.flatMap((row) =>
    row[index] === null || row[index] === undefined
      ? []
      : [[String(row[0]), Number(row[index])] as const],
  );
  return html`${lags.map(([source, seconds]) => html`<p>The newest entry of <b>${source}</b> was ${duration(seconds)} old when this page was made, ${time(data.generatedAt)} UTC.</p>`)}`;
}

function proof(data: ReportData, seal: SealSummary): Markup {
  const { source, head, isSigned } = seal;
  if (head === undefined) {
    return html`<div class="proof"><h3>Proof of ${source}</h3><p>No day is sealed. <code>audit-lake seal</code> compares settled days with Slack and seals them; from then on every change to them is detected.</p></div>`;
  }
  return html`<div class="proof"><h3>Proof of ${source}</h3>
<p>${counted(seal.days, "day")} sealed, from ${seal.firstDay} to ${seal.lastDay}. The newest manifest is number ${formatCount(head.sequence)} of the chain, ${isSigned ? "signed" : "not signed"}. Its SHA-256, the head of the chain:</p>
<p><code class="hash">${head.sha256}</code></p>
<p>Keep the head outside the archive. With it, anyone who has a copy of the archive can check that nothing sealed before it has changed:</p>
<p><code>audit-lake verify --archive ${data.archive} --source ${source} --head ${head.sha256}</code></p>
<p>Without this program: <code>sha256sum ${head.manifest}</code> gives the head, and that file names each object of its day with its SHA-256.</p></div>`;
}
