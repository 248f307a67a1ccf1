import { HOURS, type Statement, statementsOf } from "../../lib/report/questions.ts";
import { startOfDay } from "../../lib/time.ts";

/** Days of a report whose text becomes that of the time range of a dashboard. */
const PERIOD = { from: "2000-01-01", to: "2000-01-07" };
/** 90 days before. */
const HISTORY = "1999-10-03";
const AS_OF = "TIMESTAMP '2000-01-08 00:00:00'";

const FROM_DAY = `'\${__from:date:YYYY-MM-DD}'`;
const TO_DAY = `'\${__to:date:YYYY-MM-DD}'`;

const DATA_SOURCE = { type: "grafana-athena-datasource", uid: `\${datasource}` };
/** The plugin's word for what the data source is configured with. */
const CONFIGURED = "__default";
/** Of the plugin: how rows become frames. */
const FORMATS = { timeSeries: 0, table: 1 };

/** What the plugins of the panels cannot do without. */
const OPTIONS = {
  table: { frameIndex: 0, showHeader: true },
  timeseries: {
    legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
    tooltip: { mode: "multi", sort: "none" },
  },
};

const COLUMNS = 24;
const TABLE_ROWS = 9;

/** A dashboard in the JSON that Grafana imports: what a report asks, as panels. */
export function grafanaDashboard() {
  const statements = statementsOf({ period: PERIOD, generatedAt: startOfDay("2000-01-08") });
  const chart = statements.filter(({ name }) => name === HOURS);
  const tables = statements.filter(({ name }) => name !== HOURS);
  return {
    title: "Slack audit logs",
    uid: "slack-audit-lake",
    tags: ["slack", "audit"],
    // Days are UTC: so the days that it names are those of the archive.
    timezone: "utc",
    schemaVersion: 39,
    editable: false,
    refresh: "",
    time: { from: "now-7d", to: "now" },
    annotations: { list: [] },
    templating: {
      list: [
        {
          ...{ name: "datasource", label: "Data source", type: "datasource" },
          ...{ query: DATA_SOURCE.type, refresh: 1, hide: 0, multi: false, includeAll: false },
        },
      ],
    },
    panels: [
      ...chart.map((statement) => ({
        ...panelOf(statement, 1, "timeseries", FORMATS.timeSeries),
        title: "Entries, logins and downloads by hour",
        description: "What happened in each hour, and what was sealed of it.",
        gridPos: { x: 0, y: 0, w: COLUMNS, h: TABLE_ROWS },
      })),
      ...tables.map((statement, i) => ({
        ...panelOf(statement, i + 2, "table", FORMATS.table),
        title: statement.query?.title ?? "",
        description: statement.query?.question ?? "",
        gridPos: {
          x: (i % 2) * (COLUMNS / 2),
          y: (Math.floor(i / 2) + 1) * TABLE_ROWS,
          w: COLUMNS / 2,
          h: TABLE_ROWS,
        },
      })),
    ],
  };
}

function panelOf({ sql }: Statement, id: number, type: "timeseries" | "table", format: number) {
  return {
    ...{ id, type, datasource: DATA_SOURCE },
    targets: [
      {
        ...{ refId: "A", datasource: DATA_SOURCE, format, rawSQL: toRange(sql) },
        connectionArgs: { region: CONFIGURED, catalog: CONFIGURED, database: CONFIGURED },
      },
    ],
    fieldConfig: { defaults: { unit: "none" }, overrides: [] },
    options: OPTIONS[type],
  };
}

/** The time range of the dashboard in the place of the days. */
function toRange(sql: string): string {
  return sql
    .replaceAll(`'${HISTORY}'`, `date_format(DATE ${FROM_DAY} - INTERVAL '90' DAY, '%Y-%m-%d')`)
    .replaceAll(`'${PERIOD.from}'`, FROM_DAY)
    .replaceAll(`'${PERIOD.to}'`, TO_DAY)
    .replaceAll(AS_OF, "CAST(current_timestamp AS timestamp)");
}
