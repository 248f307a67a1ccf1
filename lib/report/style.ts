import { SEVERITIES } from "../detect/rule.ts";
import { HOUR_STATES } from "./hour-states.ts";

/**
 * How a report looks. Colours are variables, so that light, dark and paper differ in nothing
 * else; series and states stay apart for the colour-blind (Okabe and Ito's hues, and a sign in
 * each state that needs one).
 */
const LIGHT = `
  color-scheme: light;
  --page: #ffffff;
  --ink: #1a1f26;
  --muted: #57606b;
  --line: #dce1e6;
  --panel: #f5f7f9;
  --accent: #0b5cab;
  --good: #0b6b57;
  --look: #a33b00;
  --series-1: #2f7fb8;
  --series-2: #c2540a;
  --series-3: #5b4b9a;
  --band: #e3edf5;
  --band-line: #b5cde0;
  --severity-info: #b9c2cc;
  --severity-low: #f3c58f;
  --severity-medium: #e8883a;
  --severity-high: #b8430b;
  --severity-critical: #651a06;
  --on-severity-info: #1a1f26;
  --on-severity-low: #1a1f26;
  --on-severity-medium: #1a1f26;
  --on-severity-high: #ffffff;
  --on-severity-critical: #ffffff;
  --state-sealed: #3b86b0;
  --state-late: #9cc8e0;
  --state-empty: #e4edf3;
  --state-open: #c5ccd4;
  --state-ahead: #eef0f3;
  --state-missing: #f3e2a9;
  --state-differs: #e39a1e;
  --state-changed: #b23a0a;
  --on-state-late: #12364a;
  --on-state-empty: #57606b;
  --on-state-missing: #5e4a00;
  --on-state-differs: #2b1a00;
  --on-state-changed: #ffffff;`;

const DARK = `
  color-scheme: dark;
  --page: #12161b;
  --ink: #e6eaef;
  --muted: #a3adb8;
  --line: #2d353e;
  --panel: #1a2027;
  --accent: #7ab8f0;
  --good: #5cc9ae;
  --look: #f5a268;
  --series-1: #5aa7dc;
  --series-2: #ee8a3e;
  --series-3: #a594ee;
  --band: #1c2c39;
  --band-line: #33536b;
  --severity-info: #59636e;
  --severity-low: #7d5526;
  --severity-medium: #c8792c;
  --severity-high: #ee8a3e;
  --severity-critical: #ffd3ae;
  --on-severity-info: #ffffff;
  --on-severity-low: #ffffff;
  --on-severity-medium: #12161b;
  --on-severity-high: #12161b;
  --on-severity-critical: #12161b;
  --state-sealed: #3f88b3;
  --state-late: #1f5674;
  --state-empty: #1f2a33;
  --state-open: #46505b;
  --state-ahead: #1d232a;
  --state-missing: #5f4f14;
  --state-differs: #e39a1e;
  --state-changed: #e8653a;
  --on-state-late: #d4ecf9;
  --on-state-empty: #a3adb8;
  --on-state-missing: #f6e6a8;
  --on-state-differs: #2b1a00;
  --on-state-changed: #1a0800;`;

export const STYLE = `
:root {${LIGHT}
}
@media (prefers-color-scheme: dark) {
  :root {${DARK}
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 60.5rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2, h3, p, ol, ul, dl, figure { margin: 0; padding: 0; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; }
h1 .to { color: var(--muted); font-weight: 400; }
h2 { font-size: 1.35rem; line-height: 1.3; letter-spacing: -0.01em; font-weight: 650; }
h3 { font-size: 1rem; font-weight: 650; margin: 1.75rem 0 0.5rem; }
code, pre, .code { font: 0.8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono", monospace; }
code { overflow-wrap: anywhere; }
bdi { overflow-wrap: anywhere; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.kicker { color: var(--muted); font-size: 0.875rem; font-weight: 600; margin-bottom: 0.35rem; }
.facts { color: var(--muted); margin-top: 0.6rem; font-size: 0.9375rem; }
nav ol { list-style: none; margin: 2rem 0 0; border-top: 1px solid var(--line); }
nav li { border-bottom: 1px solid var(--line); }
nav a { display: grid; grid-template-columns: 17rem 1fr; gap: 0 1.5rem; padding: 0.7rem 0; color: inherit; text-decoration: none; }
nav a:hover .question { color: var(--accent); text-decoration: underline; text-underline-offset: 3px; }
nav .question { font-weight: 600; }
nav .short { color: var(--muted); }
.mark { display: inline-block; width: 0.6rem; height: 0.6rem; margin-right: 0.6rem; border: 2px solid var(--muted); border-radius: 50%; }
.mark.good { border-color: var(--good); background: var(--good); }
.mark.look { border-color: var(--look); background: var(--look); border-radius: 1px; transform: rotate(45deg); }
section { margin-top: 4rem; }
.answer { margin-top: 0.35rem; font-size: 1.0625rem; max-width: 46rem; padding-left: 0.9rem; border-left: 3px solid var(--line); }
.answer.good { border-color: var(--good); }
.answer.look { border-color: var(--look); }
section > p { margin-top: 1rem; max-width: 46rem; }
.chart { margin-top: 2rem; }
figcaption { font-weight: 600; font-size: 0.9375rem; margin-bottom: 0.5rem; }
.plot { display: block; width: 100%; height: auto; overflow: visible; color: var(--muted); font: 11px system-ui, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
.plot.narrow { display: none; }
.plot text { white-space: pre; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; margin-bottom: 0.6rem; color: var(--muted); font-size: 0.8125rem; }
.legend li { display: flex; align-items: center; gap: 0.4rem; }
.swatch { display: inline-grid; place-items: center; width: 0.95rem; height: 0.95rem; border-radius: 2px; font-weight: 700; font-size: 0.75rem; line-height: 1; flex: none; }
.series-1 { background: var(--series-1); }
.series-2 { background: var(--series-2); }
.band { background: var(--band); border: 1px solid var(--band-line); }
${SEVERITIES.map((name) => `.severity-${name} { background: var(--severity-${name}); color: var(--on-severity-${name}); }`).join("\n")}
${HOUR_STATES.map(({ id }) => `.state-${id} { background: var(--state-${id}); color: var(--on-state-${id}, transparent); }`).join("\n")}
summary { cursor: pointer; }
.chart > details { margin-top: 0.4rem; font-size: 0.8125rem; color: var(--muted); }
.rows { margin-top: 0; border-top: 1px solid var(--line); }
.rows + :not(.rows, .none) { border-top: 1px solid var(--line); }
.chart + .rows, .answer + .rows, p + .rows, .chart + .none, ol + .command + .rows { margin-top: 2rem; }
.rows > summary { padding: 0.65rem 0; font-weight: 600; }
.rows > summary:hover span:first-child { color: var(--accent); }
.count { color: var(--muted); font-weight: 400; font-size: 0.875rem; margin-left: 0.4rem; }
.command { color: var(--muted); font-size: 0.875rem; }
section > .none { border-top: 1px solid var(--line); padding: 0.65rem 0 0.65rem 1.05rem; margin: 0; max-width: none; color: var(--muted); }
.none b { font-weight: 600; }
.command { margin: 0.5rem 0 1.25rem; }
.scroll { overflow-x: auto; margin: 0.4rem 0 0.6rem; border: 1px solid var(--line); border-radius: 4px; }
table { border-collapse: collapse; width: 100%; font-size: 0.8125rem; color: var(--ink); }
th, td { text-align: left; vertical-align: top; padding: 0.32rem 0.6rem; border-bottom: 1px solid var(--line); }
tbody tr:last-child td { border-bottom: 0; }
th { background: var(--panel); font-weight: 600; white-space: nowrap; color: var(--muted); }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
th[aria-sort="ascending"] button::after { content: " ↑"; }
th[aria-sort="descending"] button::after { content: " ↓"; }
td { white-space: nowrap; }
td.long { white-space: normal; min-width: 17rem; max-width: 26rem; }
td.number, th.number { text-align: right; }
td.code { font-size: 0.75rem; }
.filter { display: flex; gap: 0.5rem; align-items: center; font-size: 0.8125rem; color: var(--muted); }
.filter input { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--muted); border-radius: 4px; padding: 0.2rem 0.5rem; min-width: 0; }
.alerts { list-style: none; border-top: 1px solid var(--line); }
.alerts li { border-bottom: 1px solid var(--line); }
.alerts summary { padding: 0.45rem 0; font-size: 0.875rem; display: grid; grid-template-columns: 5.6rem 10.5rem 1fr; gap: 0 0.6rem; align-items: baseline; list-style: none; }
.alerts summary::-webkit-details-marker { display: none; }
.alerts summary:hover bdi { color: var(--accent); }
.alerts details > :not(summary) { margin-left: 6.2rem; }
.trail summary, .entry { grid-template-columns: 10.5rem 15rem 1fr; padding: 0.25rem 0; }
.entry { display: grid; gap: 0 0.6rem; font-size: 0.875rem; }
.trail b.code { font-weight: 600; overflow-wrap: anywhere; }
.trail details > :not(summary) { margin-left: 0; }
.from { color: var(--muted); font-size: 0.8125rem; }
.more > summary { padding: 0.65rem 0; font-weight: 600; color: var(--muted); }
.alerts details[open] { padding-bottom: 0.9rem; }
.alerts p, .checks { max-width: 46rem; }
.checks { padding-left: 1.1rem; margin-top: 0.3rem; font-size: 0.875rem; }
.tag { display: inline-block; min-width: 4.4rem; text-align: center; border-radius: 3px; padding: 0 0.4rem; font-size: 0.75rem; font-weight: 600; }
.when { color: var(--muted); white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; margin: 0.6rem 0; font-size: 0.875rem; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 0.6rem 0 0; padding: 0.7rem 0.9rem; background: var(--panel); border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; }
.proof { margin-top: 2rem; padding: 1rem 1.2rem; background: var(--panel); border-radius: 6px; font-size: 0.9375rem; }
.proof h3 { margin-top: 0; }
.proof p + p { margin-top: 0.5rem; }
.hash { font-weight: 600; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
footer { margin-top: 5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: 0.8125rem; }
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  nav a { grid-template-columns: 1fr; }
  nav .short { padding-left: 1.2rem; font-size: 0.875rem; }
  .plot.wide { display: none; }
  .plot.narrow { display: block; max-width: 26rem; }
  section { margin-top: 3rem; }
  .alerts summary, .entry { grid-template-columns: 5.6rem 1fr; }
  .trail summary, .entry { grid-template-columns: 1fr; }
  .alerts summary bdi { grid-column: 1 / -1; }
  .alerts details > :not(summary) { margin-left: 0; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  :root {${LIGHT}
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav, section { break-inside: auto; }
  h2, h3, figcaption, .answer { break-after: avoid; }
  figure > svg, tr, .proof { break-inside: avoid; }
  .plot.wide { display: block; }
  .plot.narrow, .filter, .chart > details { display: none; }
  .scroll { overflow: visible; border: 0; }
  table { font-size: 6.5pt; width: 100%; }
  th, td, td.long { white-space: normal; overflow-wrap: anywhere; min-width: 0; max-width: none; padding: 0.2rem 0.3rem; }
  td.time, td.number { white-space: nowrap; }
  td.code { font-size: 6pt; }
  .rows::details-content, .more::details-content { content-visibility: visible; display: block; block-size: auto; }
}
@page { margin: 16mm 14mm; }
`;
