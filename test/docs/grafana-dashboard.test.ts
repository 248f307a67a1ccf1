import { expect, it } from "vitest";
import { statementsOf } from "../../lib/report/questions.ts";
import { trinoProblems } from "../sql/trino-grammar.ts";
import { grafanaDashboard } from "./grafana-dashboard.ts";

const dashboard = grafanaDashboard();
const { panels } = dashboard;

it("is in step with the saved queries (npm run docs writes it)", async () => {
  await expect(`${JSON.stringify(dashboard, undefined, 2)}\n`).toMatchFileSnapshot(
    "../../docs/operate/grafana-dashboard.json",
  );
});

it("asks all that a report asks, each once", () => {
  const asked = statementsOf({ period: { from: "2026-03-02", to: "2026-03-08" }, generatedAt: 0 });
  expect(panels).toHaveLength(asked.length);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});

it.each(panels)("$title: what Grafana and its linter ask of a panel", (panel) => {
  expect(panel.title).not.toBe("");
  expect(panel.description).not.toBe("");
  expect(["table", "timeseries"]).toContain(panel.type);
  expect(panel.fieldConfig.defaults.unit).not.toBe("");
  const { x, y, w, h } = panel.gridPos;
  expect(x + w).toBeLessThanOrEqual(24);
  for (const other of panels) {
    if (other === panel) continue;
    const place = other.gridPos;
    const isApart =
      x + w <= place.x || place.x + place.w <= x || y + h <= place.y || place.y + place.h <= y;
    expect([other.title, isApart]).toEqual([other.title, true]);
  }
  for (const target of panel.targets) {
    expect(target.datasource).toEqual(panel.datasource);
    expect(target.datasource.uid).toBe(`\${${dashboard.templating.list[0]?.name}}`);
  }
});

it.each(panels)("$title: SQL of the time range, which Trino parses", ({ targets: [target] }) => {
  const sql = target?.rawSQL ?? "";
  expect(sql).toContain(`\${__from:date:YYYY-MM-DD}`);
  const asked = sql.replace(/\$\{__(?:from|to):date:YYYY-MM-DD\}/g, "2026-03-02");
  // Whatever is left of its variables would be replaced, too: `$name`, `${name}`, `[[name]]`.
  expect(asked).not.toMatch(/\$\w|\$\{|\[\[\w/);
  expect(asked).not.toMatch(/'(?:1999|2000)-/);
  expect(trinoProblems(asked)).toEqual([]);
});
