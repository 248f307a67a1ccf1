import * as Plot from "@observablehq/plot";
import { SEVERITIES } from "../../detect/rule.ts";
import { TACTICS } from "../../detect/techniques.ts";
import { figure, legend, timeAxis } from "../charts.ts";
import { html, type Markup, visibleText } from "../html.ts";
import type { AlertSummary, AlertsSummary, ReportData } from "../report-data.ts";
import { counted, formatCount, queryTable, table, time } from "../tables.ts";
import { listed, queryOf, type Section } from "./section.ts";
import { binName, timeBins } from "./time-bins.ts";

/** A line of an entry is shown so far. */
const LINE_CHARACTERS_MAX = 4000;

/** Alerts that stand in the open; those after them unfold together. */
const FIRST = 20;

const QUERIES = ["anomalies-by-reason", "malware-spread", "activity-after-deactivation"];

export function wrongSection(data: ReportData): Section {
  const { alerts } = data;
  return {
    id: "wrong",
    question: "What went wrong?",
    answer: answerOf(alerts),
    tone: alerts === undefined ? "plain" : alerts.total === 0 ? "good" : "look",
    body: html`
${alerts !== undefined && alerts.total > 0 && alertCharts(data, alerts)}
${alerts !== undefined && alerts.total > 0 && alertList(alerts)}
${alerts !== undefined && alerts.suppressed.total > 0 && suppressedList(alerts.suppressed)}
${QUERIES.map((name) => queryTable(queryOf(data, name)))}`,
  };
}

function answerOf(alerts: AlertsSummary | undefined): string {
  if (alerts === undefined)
    return "The detection rules were not run for this report; audit-lake detect runs them.";
  if (alerts.entries === 0) return "There were no entries for the rules to look at.";
  if (alerts.entries === undefined && alerts.total === 0)
    return "The stack has kept no alert of these days.";
  if (alerts.total === 0)
    return `No rule matched any of ${counted(alerts.entries ?? 0, "entry", "entries")}.`;
  const parts = SEVERITIES.toReversed().flatMap((severity) => {
    const count = alerts.rules
      .filter((rule) => rule.severity === severity)
      .reduce((sum, rule) => sum + rule.alerts, 0);
    return count === 0 ? [] : [`${formatCount(count)} ${severity}`];
  });
  return `${counted(alerts.total, "alert")} by ${counted(alerts.rules.length, "rule")}: ${listed(parts)}.`;
}

const COLORS: Plot.ScaleOptions = {
  type: "ordinal",
  domain: [...SEVERITIES],
  range: SEVERITIES.map((severity) => `var(--severity-${severity})`),
};

/** The most severe next to the axis. */
const ORDER = SEVERITIES.toReversed();

function alertCharts(data: ReportData, alerts: AlertsSummary): Markup {
  const bins = timeBins(data.period);
  const present = SEVERITIES.filter((severity) =>
    alerts.rules.some((rule) => rule.severity === severity),
  );
  const bars = present.flatMap((severity) =>
    bins
      .fill(
        alerts.byHour
          .filter((hour) => hour.severity === severity)
          .map(({ start, alerts }) => [start, alerts]),
      )
      .filter(({ count }) => count > 0)
      .map((bin) => ({ ...bin, severity })),
  );
  const tactics = Object.values(TACTICS).filter((tactic) =>
    alerts.byTactic.some((count) => count.tactic === tactic),
  );
  const colors = legend(
    present.toReversed().map((severity) => ({ className: `severity-${severity}`, name: severity })),
  );
  return html`${figure({
    caption: `Alerts by ${bins.unit} and severity (UTC)`,
    label: `${counted(alerts.total, "alert")} over time`,
    legend: colors,
    draw: (isNarrow) => ({
      height: isNarrow ? 150 : 180,
      marginLeft: 40,
      marginRight: 20,
      color: COLORS,
      x: timeAxis(bins.from, bins.until, isNarrow),
      y: { label: null, ticks: 4, grid: true, tickSize: 0 },
      marks: [
        Plot.rectY(
          bars,
          Plot.stackY({
            x1: "start",
            x2: "end",
            y: "count",
            fill: "severity",
            order: ORDER,
            insetLeft: 0.5,
            title: (d) => `${binName(d.start, bins.unit)}: ${formatCount(d.count)} ${d.severity}`,
          }),
        ),
        Plot.ruleY([0]),
      ],
    }),
    table: table(
      "Alerts by rule",
      ["rule", "severity", "alerts", "entries"],
      undefined,
      alerts.rules.map(({ id, severity, alerts, matches }) => [id, severity, alerts, matches]),
    ),
  })}
${
  tactics.length > 0 &&
  figure({
    caption: "Alerts by tactic of MITRE ATT&CK; one that serves several counts under each",
    label: `Alerts by tactic: ${tactics.join(", ")}`,
    legend: colors,
    draw: (isNarrow) => ({
      height: tactics.length * 24 + 24,
      marginLeft: isNarrow ? 130 : 160,
      marginRight: 40,
      marginTop: 0,
      color: COLORS,
      x: { label: null, ticks: 4, grid: true, tickSize: 0 },
      y: { label: null, domain: tactics, tickSize: 0, padding: 0.25 },
      marks: [
        Plot.barX(
          alerts.byTactic,
          Plot.stackX({
            x: "alerts",
            y: "tactic",
            fill: "severity",
            order: ORDER,
            title: (d) => `${d.tactic}: ${formatCount(d.alerts)} ${d.severity}`,
          }),
        ),
        Plot.ruleX([0]),
      ],
    }),
    table: table(
      "Alerts by tactic",
      ["tactic", ...present],
      undefined,
      tactics.map((tactic) => [
        tactic,
        ...present.map(
          (severity) =>
            alerts.byTactic.find((count) => count.tactic === tactic && count.severity === severity)
              ?.alerts ?? 0,
        ),
      ]),
    ),
  })
}`;
}

function alertList({ shown, total, entries }: AlertsSummary): Markup {
  return html`<h3>${shown.length === total ? "The alerts" : `The ${formatCount(shown.length)} most severe of ${formatCount(total)} alerts`}</h3>
<ol class="alerts">${shown.slice(0, FIRST).map(alertItem)}</ol>
${
  shown.length > FIRST &&
  html`<details class="more"><summary>${formatCount(shown.length - FIRST)} more</summary>
<ol class="alerts" start="${FIRST + 1}">${shown.slice(FIRST).map(alertItem)}</ol></details>`
}
<p class="command">All: <code>${entries === undefined ? "audit-lake query 'SELECT * FROM alerts' --stack" : "audit-lake detect"}</code></p>`;
}

function suppressedList({ total, shown }: AlertsSummary["suppressed"]): Markup {
  const all = shown.length === total ? "" : `; ${formatCount(shown.length)} of them`;
  return html`<details class="rows"><summary><span>Held back by suppressions</span> <span class="count">${counted(total, "alert")}${all}</span></summary>
<ol class="alerts">${shown.map(alertItem)}</ol></details>`;
}

function alertItem(alert: AlertSummary): Markup {
  const { severity, title, reason, checks, ruleId, actor, action, ipAddress } = alert;
  const { techniques, entries, line, suppression } = alert;
  return html`<li><details>
<summary><span class="tag severity-${severity}">${severity}</span><span class="when">${time(alert.time)}</span><bdi>${visibleText(title, 160)}</bdi></summary>
<p>${reason}</p>
${checks.length > 0 && html`<ul class="checks">${checks.map((check) => html`<li>${check}</li>`)}</ul>`}
<dl>
<dt>Rule</dt><dd>${ruleId}</dd>
<dt>Who</dt><dd><bdi>${visibleText(actor)}</bdi></dd>
<dt>Action</dt><dd>${visibleText(action)}</dd>
${ipAddress !== undefined && html`<dt>Address</dt><dd><bdi>${visibleText(ipAddress)}</bdi></dd>`}
<dt>ATT&amp;CK</dt><dd>${techniques.map(({ id, name }) => `${id} ${name}`).join("; ")}</dd>
${suppression !== undefined && html`<dt>Held back</dt><dd><bdi>${visibleText(suppression)}</bdi></dd>`}
${entries > 1 && html`<dt>Entries</dt><dd>${formatCount(entries)}; this is the first</dd>`}
</dl>
${line !== undefined && html`<pre><bdi>${visibleText(line, LINE_CHARACTERS_MAX)}</bdi></pre>`}
</details></li>`;
}
