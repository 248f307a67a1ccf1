import * as Plot from "@observablehq/plot";
import { figure, timeAxis } from "../charts.ts";
import { html, type Markup } from "../html.ts";
import type { ReportData } from "../report-data.ts";
import { counted, formatCount, queryTable, table } from "../tables.ts";
import { capitalized, listed, queryOf, type Section } from "./section.ts";
import { binName, timeBins } from "./time-bins.ts";

/** Kinds of change, those with the most power first. */
const KINDS = [
  { name: "admin-and-role-grants", label: "roles granted" },
  { name: "security-settings-changed", label: "security settings" },
  { name: "settings-changed", label: "other settings" },
  { name: "apps-and-scopes", label: "apps and scopes" },
  { name: "app-changes", label: "app changes" },
  { name: "workflow-changes", label: "workflows" },
  { name: "account-changes", label: "accounts and groups" },
];

export function changedSection(data: ReportData): Section {
  const rowsOf = (name: string) => queryOf(data, name).rowCount;
  const grants = rowsOf("admin-and-role-grants");
  const guards = rowsOf("security-settings-changed");
  const parts = [
    counted(grants, "grant of roles or permissions", "grants of roles or permissions"),
    counted(guards, "change of security settings", "changes of security settings"),
    counted(
      rowsOf("apps-and-scopes"),
      "step by which apps gained rights",
      "steps by which apps gained rights",
    ),
  ];
  const all = KINDS.reduce((sum, { name }) => sum + rowsOf(name), 0);
  return {
    id: "changed",
    question: "What changed?",
    answer: `${capitalized(listed(parts))}.`,
    tone: grants + guards > 0 ? "look" : "plain",
    body: html`
${all > 0 && strips(data)}
${[...KINDS.map(({ name }) => name), "ai-tool-use"].map((name) => queryTable(queryOf(data, name)))}`,
  };
}

/** A row for each kind, a mark where something changed: clusters and odd hours show. */
function strips(data: ReportData): Markup {
  const bins = timeBins(data.period);
  const marks = KINDS.flatMap(({ name, label }) => {
    const counts = bins
      .fill(Object.entries(queryOf(data, name).byHour))
      .filter(({ count }) => count > 0);
    const most = Math.max(1, ...counts.map(({ count }) => count));
    // Of one row, the faintest mark can still be seen.
    return counts.map((bin) => ({ ...bin, label, strength: 0.35 + 0.65 * (bin.count / most) }));
  });
  const labels = KINDS.map(({ label }) => label);
  return figure({
    caption: `Changes by ${bins.unit}; darker is more within a row (UTC)`,
    label: `When things changed: ${KINDS.map(({ name, label }) => `${label} ${queryOf(data, name).rowCount}`).join(", ")}`,
    draw: (isNarrow) => ({
      height: labels.length * 24 + 28,
      marginLeft: isNarrow ? 130 : 140,
      marginRight: 46,
      marginTop: 2,
      x: timeAxis(bins.from, bins.until, isNarrow),
      y: { label: null, domain: labels, tickSize: 0, padding: 0.2 },
      marks: [
        Plot.ruleY(labels, { stroke: "var(--line)" }),
        Plot.rect(marks, {
          x1: "start",
          x2: "end",
          y: "label",
          fill: "var(--series-3)",
          fillOpacity: "strength",
          title: (d) => `${binName(d.start, bins.unit)}, ${d.label}: ${formatCount(d.count)}`,
        }),
        Plot.text(
          KINDS.map(({ name, label }) => ({ label, rows: queryOf(data, name).rowCount })),
          {
            y: "label",
            frameAnchor: "right",
            dx: 44,
            textAnchor: "end",
            text: (d) => formatCount(d.rows),
            fill: "currentColor",
          },
        ),
      ],
    }),
    table: table(
      "Changes of each kind",
      ["kind", "changes"],
      undefined,
      KINDS.map(({ name, label }) => [label, queryOf(data, name).rowCount]),
    ),
  });
}
