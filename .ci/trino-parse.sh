#!/bin/sh
# Every SQL text that Athena is given, read by a second parser of Trino's
# dialect, which also looks up each column: DuckDB lets a query refer to an
# alias where Trino does not.
set -eu
cd "$(dirname "$0")/.."
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check sqlglot==30.30.0
npx node --input-type=module --eval '
  import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_SQL } from "./lib/sql/audit-logs-view.ts";
  import { SAVED_QUERIES } from "./lib/sql/saved-queries.ts";
  import { LINE_COLUMN, PARTITION_COLUMNS } from "./lib/sql/table.ts";
  const typesOf = (columns) => Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  const queries = [...SAVED_QUERIES.values()].map(({ name, sql }) => [name, sql()]);
  console.log(JSON.stringify({
    schema: {
      audit_log_lines: typesOf([LINE_COLUMN, ...PARTITION_COLUMNS]),
      audit_logs: typesOf(AUDIT_LOGS_COLUMNS),
    },
    texts: { audit_logs: AUDIT_LOGS_SQL, ...Object.fromEntries(queries) },
  }));
' | "$venv/bin/python" .ci/trino_parse.py
