import { createHash } from "node:crypto";
import { html, type Markup } from "./html.ts";
import type { ReportData } from "./report-data.ts";
import { SCRIPT } from "./script.ts";
import { changedSection } from "./sections/changed.ts";
import { completeSection } from "./sections/complete.ts";
import { leftSection } from "./sections/left.ts";
import { loginsSection } from "./sections/logins.ts";
import { newSection } from "./sections/new.ts";
import type { Section } from "./sections/section.ts";
import { wrongSection } from "./sections/wrong.ts";
import { STYLE } from "./style.ts";
import { formatCount, time } from "./tables.ts";

/** What the report asks, in the order of the page. */
export function sectionsOf(data: ReportData): Section[] {
  return [
    completeSection(data),
    wrongSection(data),
    loginsSection(data),
    leftSection(data),
    changedSection(data),
    newSection(data),
  ];
}

/** The report as one file of HTML: it needs no network, and no script to be read. */
export function renderReport(data: ReportData, sections = sectionsOf(data)): string {
  const sources = [...new Set(data.hours.map(({ source }) => source))];
  const entries = data.hours.reduce((sum, hour) => sum + hour.entries, 0);
  return renderPage(
    `Slack audit report, ${data.period.from} to ${data.period.to}`,
    html`<header>
<p class="kicker">Slack audit report</p>
<h1>${data.period.from} <span class="to">to</span> ${data.period.to}</h1>
<p class="facts">${sources.length === 0 ? (data.source ?? "no source") : sources.join(", ")} · <span data-entries="${entries}">${formatCount(entries)}</span> entries · days and times are UTC, both days included · made ${time(data.generatedAt)} from <bdi>${data.archive}</bdi></p>
</header>
<nav aria-label="Questions"><ol>${sections.map(
      ({ id, question, answer, tone }) =>
        html`<li><a href="#${id}"><span class="question"><span class="mark ${tone}" aria-hidden="true"></span>${question}</span><span class="short">${answer}</span></a></li>`,
    )}</ol></nav>
<main>${sections.map(renderSection)}</main>
<footer><p>Made by slack-audit-lake ${data.version}. The numbers are those of its saved queries: under each table is the command that prints every row. The page loads nothing and sends nothing.</p></footer>`,
  );
}

function renderSection({ id, question, answer, tone, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-question">
<h2 id="${id}-question">${question}</h2>
<p class="answer ${tone}">${answer}</p>
${body}
</section>`;
}

/** A whole document; what it may load and run is what this writes into it, by hash. */
export function renderPage(title: string, body: Markup): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(STYLE)}'`,
    `script-src '${hashOf(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
`.text.concat(`<style>${STYLE}</style>
</head>
<body>
${body.text}
<script>${SCRIPT}</script>
</body>
</html>
`);
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
