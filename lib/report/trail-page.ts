import * as Plot from "@observablehq/plot";
import { rangeOfDays, toIsoSeconds } from "../time.ts";
import { figure, legend, timeAxis } from "./charts.ts";
import { html, type Markup, visibleText } from "./html.ts";
import { renderPage } from "./page.ts";
import { duration, listed } from "./sections/section.ts";
import { counted, formatCount, table, time } from "./tables.ts";
import {
  longestGap,
  sessionsOf,
  type TrailData,
  type TrailEntry,
  type TrailSession,
} from "./trail.ts";

/** Rows of the chart; sessions that would need more share the last. */
const LANES_MAX = 12;

/** The row below all sessions. */
const NO_SESSION = LANES_MAX;

const SESSIONS_SHOWN_MAX = 500;

/** Of all entries together, so that the page stays small; those after that are shown without their text. */
const LINE_CHARACTERS_MAX = 500_000;

/** Entries in one block that unfolds. */
const DAY_ENTRIES_MAX = 400;

/** Everything about one subject, in the order of time. */
export function renderTrail(data: TrailData): string {
  const { subject, period, entries, alerts } = data;
  const name = visibleText(subject.value, 80);
  return renderPage(
    `${name}: trail in Slack's audit logs, ${period.from} to ${period.to}`,
    html`<header>
<p class="kicker">Trail of ${subject.kind === "address" ? "an address" : subject.kind === "app" ? "an app" : `a ${subject.kind}`} in Slack's audit logs</p>
<h1><bdi>${name}</bdi></h1>
<p class="facts">${period.from} to ${period.to}, both days included · days and times are UTC · made ${time(data.generatedAt)} from <bdi>${data.archive}</bdi></p>
</header>
<main>
<section id="timeline" aria-labelledby="timeline-question">
<h2 id="timeline-question">What happened, and when?</h2>
<p class="answer ${alerts.length > 0 ? "look" : "plain"}">${answerOf(data)}</p>
${entries.length > 0 && timeline(data)}
</section>
${alerts.length > 0 && alertsSection(data)}
${entries.length > 0 && entriesSection(data)}
</main>
<footer><p>Made by slack-audit-lake ${data.version}. Each entry unfolds to the text that Slack sent. The page loads nothing and sends nothing.</p></footer>`,
  );
}

function answerOf({ entries, total, alerts }: TrailData): Markup {
  if (total === 0) return html`Nothing in the archive names it in these days.`;
  const addresses = new Set(entries.map(({ ipAddress }) => ipAddress).filter(Boolean)).size;
  const sessions = sessionsOf(entries).length;
  const gap = longestGap(entries);
  return html`${counted(total, "entry", "entries")} in ${counted(sessions, "session")} from ${counted(addresses, "address", "addresses")}${
    alerts.length > 0 && `, with ${counted(alerts.length, "alert")}`
  }${
    gap !== undefined &&
    html`; the longest silence was ${duration(gap.to - gap.from)}, from ${time(toIsoSeconds(gap.from))} to ${time(toIsoSeconds(gap.to))}`
  }.${entries.length < total && ` The page has the first ${formatCount(entries.length)}: cut the period.`}`;
}

function timeline({ entries, alerts, period }: TrailData): Markup {
  const { from, until } = rangeOfDays(period);
  const sessions = inLanes(sessionsOf(entries), (until - from) / 250);
  const laneOfSession = new Map(sessions.map(({ id, lane }) => [id, lane]));
  const alerted = new Set(alerts.map((alert) => `${alert.time}/${alert.action}`));
  const marks = bundled(
    entries.map(({ session, dateCreate, time, action }) => ({
      lane: laneOfSession.get(session) ?? NO_SESSION,
      at: dateCreate,
      isAlerted: alerted.has(`${time}/${action}`),
    })),
    until - from,
  );
  const lanes = [...new Set([...sessions, ...marks].map(({ lane }) => lane))].sort((a, b) => a - b);
  return figure({
    caption:
      "Sessions as bands, one below the other where they overlap, and entries as marks (UTC)",
    label: `${counted(entries.length, "entry", "entries")} in ${counted(sessions.length, "session")} over time`,
    legend: legend([
      { className: "band", name: "session, first to last entry" },
      { className: "series-1", name: "entry" },
      ...(alerts.length > 0 ? [{ className: "series-2", name: "entry with an alert" }] : []),
    ]),
    draw: (isNarrow) => ({
      height: lanes.length * 26 + 30,
      marginLeft: 70,
      marginRight: 20,
      marginTop: 4,
      x: timeAxis(new Date(from * 1000), new Date(until * 1000), isNarrow),
      y: {
        type: "band",
        label: null,
        domain: lanes,
        tickSize: 0,
        padding: 0.2,
        tickFormat: (lane: number) =>
          lane === NO_SESSION ? "no session" : lane === 0 ? "sessions" : "",
      },
      marks: [
        Plot.ruleY(lanes, { stroke: "var(--line)" }),
        Plot.rect(sessions, {
          x1: (d) => d.from * 1000,
          x2: (d) => d.to * 1000 + 1000,
          y: "lane",
          fill: "var(--band)",
          stroke: "var(--band-line)",
          title: (d) =>
            `session ${visibleText(d.id, 40)}: ${counted(d.entries, "entry", "entries")}, ${counted(d.addresses, "address", "addresses")}`,
        }),
        Plot.tickX(
          marks.filter(({ isAlerted }) => !isAlerted),
          { x: (d) => d.at * 1000, y: "lane", stroke: "var(--series-1)", inset: 4 },
        ),
        Plot.tickX(
          marks.filter(({ isAlerted }) => isAlerted),
          { x: (d) => d.at * 1000, y: "lane", stroke: "var(--series-2)", strokeWidth: 2.5 },
        ),
      ],
    }),
    table: table(
      "Sessions",
      ["session", "first entry", "last entry", "entries", "addresses"],
      ["VARCHAR", "TIMESTAMP", "TIMESTAMP", "BIGINT", "BIGINT"],
      sessions
        .slice(0, SESSIONS_SHOWN_MAX)
        .map(({ id, from, to, entries, addresses }) => [
          ...[id, toIsoSeconds(from), toIsoSeconds(to), entries, addresses],
        ]),
    ),
  });
}

/**
 * Each session in the first row that is free when it begins.
 *
 * @param spaceSeconds - between two of a row
 */
function inLanes(
  sessions: readonly TrailSession[],
  spaceSeconds: number,
): (TrailSession & { lane: number })[] {
  const ends: number[] = [];
  return sessions
    .toSorted((a, b) => a.from - b.from)
    .map((session) => {
      const free = ends.findIndex((end) => end + spaceSeconds < session.from);
      const lane = Math.min(free < 0 ? ends.length : free, LANES_MAX - 1);
      ends[lane] = Math.max(session.to, ends[lane] ?? 0);
      return { ...session, lane };
    });
}

/** Marks that would cover each other are one. */
function bundled(
  ticks: readonly { lane: number; at: number; isAlerted: boolean }[],
  periodSeconds: number,
): { lane: number; at: number; isAlerted: boolean }[] {
  const stepSeconds = Math.max(1, Math.floor(periodSeconds / 1200));
  const seen = new Set<string>();
  return ticks.filter(({ lane, at, isAlerted }) => {
    const key = `${lane}/${isAlerted}/${Math.floor(at / stepSeconds)}`;
    return !seen.has(key) && seen.add(key);
  });
}

function alertsSection({ alerts }: TrailData): Markup {
  return html`<section id="alerts" aria-labelledby="alerts-question">
<h2 id="alerts-question">What stands out?</h2>
<p class="answer look">${counted(alerts.length, "alert")} by the detection rules: ${listed([...new Set(alerts.map(({ ruleId }) => ruleId))])}.</p>
${table(
  "Alerts",
  ["time", "severity", "rule", "alert"],
  ["TIMESTAMP", "VARCHAR", "VARCHAR", "VARCHAR"],
  alerts.map(({ time, severity, ruleId, title }) => [time, severity, ruleId, title]),
)}
</section>`;
}

function entriesSection({ entries }: TrailData): Markup {
  let budget = LINE_CHARACTERS_MAX;
  const days = [...Map.groupBy(entries, ({ time }) => time.slice(0, 10))];
  const item = (entry: TrailEntry) => {
    const { action, actor, entity, ipAddress, line, session } = entry;
    budget -= line.length;
    const summary = html`<span class="when">${time(entry.time)}</span><b class="code">${visibleText(action, 60)}</b><bdi>${visibleText([actor, entity].filter((name) => name !== "").join(" → "), 140)}</bdi>`;
    const facts = html`${ipAddress !== "" && html`<p class="from">from <bdi>${visibleText(ipAddress, 60)}</bdi>${session !== "" && html`, session ${visibleText(session, 40)}`}</p>`}`;
    return budget < 0
      ? html`<li class="entry">${summary}</li>`
      : html`<li><details><summary>${summary}</summary>${facts}<pre><bdi>${visibleText(line, 20_000)}</bdi></pre></details></li>`;
  };
  return html`<section id="entries" aria-labelledby="entries-question">
<h2 id="entries-question">Which entries are they?</h2>
<p class="answer">Day by day, in the order of time; each unfolds to its text.</p>
${days.map(
  ([
    day,
    ofDay,
  ]) => html`<details class="rows day"${days.length <= 3 && html` open`}><summary><span>${day}</span> <span class="count">${counted(ofDay.length, "entry", "entries")}</span></summary>
<ol class="alerts trail">${ofDay.slice(0, DAY_ENTRIES_MAX).map(item)}</ol>
${ofDay.length > DAY_ENTRIES_MAX && html`<p class="command">${formatCount(ofDay.length - DAY_ENTRIES_MAX)} more on this day: they are in the evidence (--evidence).</p>`}
</details>`,
)}
</section>`;
}
