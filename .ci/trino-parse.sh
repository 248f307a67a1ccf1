#!/usr/bin/env bash
# Every SQL text that Athena is given, read by a second parser of Trino's
# dialect, which also looks up each column: DuckDB lets a query refer to an
# alias where Trino does not.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$(bash .ci/python-environment.sh trino-parse)
npx node --input-type=module --eval '
  import { ADDRESS_CONTEXT_SQL, ADDRESS_LINES } from "./lib/sql/address-context.ts";
  import { ALERTS_COLUMNS, ALERTS_SQL } from "./lib/sql/alerts-view.ts";
  import { ARCHIVE_HOURS_COLUMNS, ARCHIVE_HOURS_SQL } from "./lib/sql/archive-hours-view.ts";
  import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_SQL, auditLogsSql } from "./lib/sql/audit-logs-view.ts";
  import { describeDaySql } from "./lib/sql/columns-digest.ts";
  import { MASKED_SQL } from "./lib/sql/masked-view.ts";
  import { OCSF_SQL } from "./lib/sql/ocsf-view.ts";
  import { SAVED_QUERIES } from "./lib/sql/saved-queries.ts";
  import { ALERT_LINES, AUDIT_LOG_LINES, MANIFEST_LINES } from "./lib/sql/table.ts";
  const typesOf = (columns) => Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  const queries = [...SAVED_QUERIES.values()].map(({ name, sql }) => [name, sql()]);
  console.log(JSON.stringify({
    schema: {
      audit_log_lines: typesOf([AUDIT_LOG_LINES.column, ...AUDIT_LOG_LINES.partitions]),
      manifest_lines: typesOf([MANIFEST_LINES.column, ...MANIFEST_LINES.partitions]),
      alert_lines: typesOf([ALERT_LINES.column, ...ALERT_LINES.partitions]),
      address_lines: typesOf([ADDRESS_LINES.column, ...ADDRESS_LINES.partitions]),
      archive_hours: typesOf(ARCHIVE_HOURS_COLUMNS),
      alerts: typesOf(ALERTS_COLUMNS),
      audit_logs: typesOf(AUDIT_LOGS_COLUMNS),
      audit_logs_columns: typesOf(AUDIT_LOGS_COLUMNS),
    },
    texts: {
      audit_logs: AUDIT_LOGS_SQL,
      archive_hours: ARCHIVE_HOURS_SQL,
      alerts: ALERTS_SQL,
      address_context: ADDRESS_CONTEXT_SQL,
      audit_logs_masked: MASKED_SQL,
      audit_logs_ocsf: OCSF_SQL,
      "audit_logs with compacted days": auditLogsSql([
        { source: "grid", from: "2026-03-01", to: "2026-03-31" },
      ]),
      "the digest of a day in columns": describeDaySql(
        "audit_logs_columns",
        "source = '\''grid'\'' AND dt = '\''2026-03-02'\''",
      ),
      ...Object.fromEntries(queries),
    },
  }));
' | "$programs/python" .ci/trino-parse/parse.py
