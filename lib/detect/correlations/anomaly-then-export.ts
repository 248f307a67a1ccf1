import { exampleAnomaly } from "../anomaly-rule.ts";
import type { Correlation } from "../correlation.ts";
import { EXAMPLE_ENTITIES, exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { auditLogsExported } from "../rules/audit-logs-exported.ts";
import { exportStarted as exportStartedRule } from "../rules/export-started.ts";
import { ACTOR, ANOMALOUS_USER } from "../subjects.ts";

const EXPORTS = [...exportStartedRule.actions, ...auditLogsExported.actions];

const actorUserId = EXAMPLE_ENTITIES.user.user.id;
const anomaly = exampleSeries(1, () => exampleAnomaly(["tor"]));
const exportStarted = () => exampleEntry("manual_export_started", { actorUserId });
const exported = (startSeconds: number) => exampleSeries(1, exportStarted, { startSeconds });

export const anomalyThenExport: Correlation = {
  id: "anomaly-then-export",
  title: "Anomaly, then an export by the same user",
  severity: "critical",
  reason:
    "Slack found something odd about this account, and within a day it started an export. End its sessions, and stop the export while it runs.",
  checks: [
    "Stop the export while it runs, and end the user's sessions.",
    "Ask the person by another way than Slack.",
  ],
  falsePositives: ["An owner who travels and starts the monthly export."],
  query: "exports",
  techniques: ["T1213.005", "T1567"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 24 * 60 * 60,
  steps: [
    { actions: ["anomaly"], by: ANOMALOUS_USER },
    { actions: EXPORTS, by: ACTOR },
  ],
  alertTitle: (user, { within }) => `${user} started an export within ${within} of an anomaly`,
  examples: {
    match: [
      { name: "an export a few minutes later", entries: [...anomaly, ...exported(300)] },
      {
        name: "an export of audit logs",
        entries: [
          ...anomaly,
          ...exampleSeries(
            1,
            () => exampleEntry("audit_logs_export_csv_started", { actorUserId }),
            { startSeconds: 5 },
          ),
        ],
      },
    ],
    ignore: [
      {
        name: "an export before",
        because: "the anomaly has rules of its own, and export-started reports the export",
        entries: [
          ...exampleSeries(1, exportStarted),
          ...exampleSeries(1, () => exampleAnomaly(["tor"]), { startSeconds: 60 }),
        ],
      },
      {
        name: "an export the day after",
        because: "export-started reports it",
        entries: [...anomaly, ...exported(86_400)],
      },
    ],
  },
};
