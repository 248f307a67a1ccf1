/**
 * Files of `lib` whose test is not at the same path below `test`: where it is. A folder's name
 * covers all files in it. Files without code of their own (types, re-exports) need none.
 */
export const TESTED_ELSEWHERE: Record<string, string> = {
  // Read back from what they store or index.
  "lib/archive/archived-entries.ts": "test/archive/archive.test.ts",
  "lib/archive/encode-lines.ts": "test/archive/archive-object.test.ts",
  "lib/archive/entry-rows.ts": "test/archive/archive.test.ts",
  "lib/archive/columns-key.ts": "test/local/parquet-columns.test.ts",
  "lib/archive/find-archived.ts": "test/cli/commands/import.test.ts",

  "lib/aws/sqs-queue.ts": "test/functions/notify/handler.test.ts",
  "lib/aws/role-simulation.ts": "test/cli/stack/doctor.test.ts",
  "lib/aws/schedules.ts": "test/cli/stack/doctor.test.ts",
  "lib/aws/secret-versions.ts": "test/aws/token-refresh.test.ts",

  // What is wrong with each kind of value is seen in the settings made of them.
  "lib/fields.ts": "test/notify/target-settings.test.ts",

  // Options of the SDK, seen in the requests that it makes.
  "lib/aws/client-options.ts": "test/aws/s3-archive-store-http.test.ts",

  "lib/backfill/prices.ts": "test/docs/cost.test.ts",

  // One suite runs every rule over its example, over odd entries and against Slack's own lists.
  "lib/detect/rules-by-action.ts": "test/detect/detector.test.ts",
  "lib/detect/context/address-database.ts": "test/detect/context/read-context.test.ts",
  "lib/detect/context/address-list.ts": "test/detect/context/read-context.test.ts",
  "lib/detect/context/check-database.ts": "test/detect/context/read-context.test.ts",
  "lib/detect/context/context-file.ts": "test/detect/context/read-context.test.ts",
  "lib/detect/context/included-countries.ts": "test/cli/commands/detect-context.test.ts",
  "lib/detect/context/known-networks.ts": "test/detect/context/read-context.test.ts",
  "lib/detect/context/staff-list.ts": "test/detect/context/read-context.test.ts",
  "lib/stack/detection-files.ts": "test/infra/constructs/detection-files.test.ts",
  "lib/detect/admin-actions.ts": "test/detect/rules.test.ts",
  // Against what all entries together give.
  "lib/detect/correlation-history.ts": "test/detect/correlate.test.ts",
  "lib/detect/deciding-column.ts": "test/detect/demand.test.ts",
  "lib/detect/stretches.ts": "test/detect/correlate.test.ts",
  "lib/detect/travel.ts": "test/detect/correlations.test.ts",
  "lib/detect/rules": "test/detect/rules.test.ts",
  "lib/detect/correlations": "test/detect/correlations.test.ts",
  "lib/detect/correlation.ts": "test/detect/correlations.test.ts",
  "lib/detect/subjects.ts": "test/detect/correlations.test.ts",
  "lib/detect/rule.ts": "test/detect/rules.test.ts",
  "lib/detect/anomaly-rule.ts": "test/detect/rules.test.ts",
  "lib/detect/example-entry.ts": "test/detect/rules.test.ts",
  "lib/detect/techniques.ts": "test/detect/rules.test.ts",
  "lib/detect/entry-fields.ts": "test/detect/rules.test.ts",
  "lib/detect/alert.ts": "test/detect/raise-alerts.test.ts",

  // What a run is made of, seen through whole runs: killed after any await, throttled, taken over.
  "lib/ingest/late-scan.ts": "test/ingest/ingest.test.ts",
  "lib/ingest/summary.ts": "test/ingest/ingest.test.ts",
  "lib/run/flat-heap.ts": "test/functions/ingest/handler.test.ts",
  "lib/run/prefetch.ts": "test/ingest/exactly-once.test.ts",
  "lib/run/throttling.ts": "test/ingest/ingest.test.ts",
  "lib/ports.ts": "test/fakes/memory-stores.test.ts",

  // One suite makes whole pages, of quiet, empty and hostile archives.
  "lib/report": "test/report/report.test.ts",
  "lib/report/sections": "test/report/report.test.ts",
  "lib/archive/sealed-heads.ts": "test/functions/report/handler.test.ts",
  "lib/stack/report-key.ts": "test/functions/report/handler.test.ts",
  "lib/stack/report-environment.ts": "test/infra/constructs/weekly-report.test.ts",
  "lib/report/collect-trail.ts": "test/report/trail-and-evidence.test.ts",
  "lib/report/weekly-report.ts": "test/functions/report/handler.test.ts",
  "lib/report/evidence.ts": "test/report/trail-and-evidence.test.ts",
  "lib/report/evidence-readme.ts": "test/report/trail-and-evidence.test.ts",
  "lib/report/trail.ts": "test/report/trail-and-evidence.test.ts",
  "lib/report/trail-page.ts": "test/report/trail-and-evidence.test.ts",

  // What every target over HTTP does with every answer.
  "lib/notify/http-sender.ts": "test/notify/targets.test.ts",
  "lib/notify/target.ts": "test/notify/targets.test.ts",
  "lib/notify/target-secret.ts": "test/notify/slack-target.test.ts",

  "lib/stack/delivery-attempts.ts": "test/notify/deliver-alert.test.ts",
  "lib/stack/notify-environment.ts": "test/infra/constructs/routing.test.ts",

  "lib/local/archive-file.ts": "test/local/directory-archive-store.test.ts",
  "lib/local/checkpoint-rows.ts": "test/local/sqlite-checkpoint-store.test.ts",
  "lib/local/process-locks.ts": "test/local/sqlite-checkpoint-store.test.ts",
  "lib/local/sqlite-transaction.ts": "test/local/sqlite-checkpoint-store.test.ts",

  // Held to the published schemas as whole events.
  "lib/ocsf/archived-events.ts": "test/sql/ocsf-view.test.ts",
  "lib/ocsf/classes.ts": "test/ocsf/event.test.ts",
  "lib/ocsf/heads.ts": "test/ocsf/event.test.ts",
  "lib/ocsf/parquet/constant.ts": "test/ocsf/line-events.test.ts",
  "lib/ocsf/parquet/growing.ts": "test/ocsf/parquet/parquet-events.test.ts",
  "lib/ocsf/parquet/leaf-column.ts": "test/ocsf/parquet/parquet-events.test.ts",
  "lib/ocsf/parquet/shredder.ts": "test/ocsf/parquet/parquet-events.test.ts",
  "lib/ocsf/parquet/page.ts": "test/ocsf/parquet/parquet-events.test.ts",
  "lib/ocsf/members.ts": "test/ocsf/event.test.ts",
  // Of lines that are like others, and of lines that are not, both ways give the same.
  "lib/ocsf/copy-bytes.ts": "test/ocsf/line-events.test.ts",
  "lib/ocsf/json-of-slots.ts": "test/ocsf/line-events.test.ts",
  "lib/ocsf/line-shape.ts": "test/ocsf/line-events.test.ts",
  "lib/ocsf/shape-tree.ts": "test/ocsf/line-events.test.ts",
  "lib/ocsf/slots.ts": "test/ocsf/line-events.test.ts",
  "lib/ocsf/parquet/template-cells.ts": "test/ocsf/line-events.test.ts",
  "lib/ocsf/parse-line.ts": "test/ocsf/event.test.ts",
  "lib/ocsf/target.ts": "test/ocsf/event.test.ts",

  "lib/sql/ocsf-tables.ts": "test/infra/constructs/ocsf.test.ts",
  "lib/security-lake/event-key.ts": "test/security-lake/write-day-events.test.ts",

  // The steps of a seal.
  "lib/seal/compare-texts.ts": "test/seal/reconcile.test.ts",
  "lib/seal/check-addenda.ts": "test/seal/addendum.test.ts",
  "lib/seal/check-objects.ts": "test/seal/verify.test.ts",
  "lib/seal/attempt.ts": "test/seal/seal-day.test.ts",
  "lib/seal/count-day.ts": "test/seal/seal-day.test.ts",
  "lib/seal/describe-hour.ts": "test/seal/seal-day.test.ts",
  "lib/seal/digest-text.ts": "test/seal/archived-lines.test.ts",
  "lib/seal/id-hashes.ts": "test/seal/repeated-ids.test.ts",
  "lib/seal/put.ts": "test/seal/seal-day.test.ts",
  "lib/seal/stretch.ts": "test/seal/archived-lines.test.ts",
  "lib/archive/name-list.ts": "test/archive/entry-names.test.ts",
  "lib/archive/read-if-there.ts": "test/seal/seal-day.test.ts",

  // What is seen of a page.
  "lib/slack/entry-table.ts": "test/slack/page.test.ts",

  // A call on its way: sent to a server over HTTP and TLS, cut off, refused, tried again.
  "lib/slack/abortable.ts": "test/slack/transport.test.ts",
  "lib/slack/advice.ts": "test/slack/errors.test.ts",
  "lib/slack/body.ts": "test/slack/transport.test.ts",
  "lib/slack/dispatcher.ts": "test/slack/transport.test.ts",
  "lib/slack/proxy.ts": "test/slack/transport.test.ts",
  "lib/slack/exchange.ts": "test/slack/transport.test.ts",
  "lib/slack/reader.ts": "test/slack/client.test.ts",
  "lib/slack/request.ts": "test/slack/hooks.test.ts",
  "lib/slack/response.ts": "test/slack/client.test.ts",
  "lib/slack/sender.ts": "test/slack/retry.test.ts",
  "lib/slack/version.ts": "test/slack/user-agent.test.ts",
  "lib/slack/clock.ts": "test/slack/retry.test.ts",
  "lib/slack/logger.ts": "test/slack/secrecy.test.ts",
  "lib/slack/redact.ts": "test/slack/secrecy.test.ts",

  // SQL texts, run by DuckDB and parsed by Trino's grammar.
  "lib/columns/columns-mark.ts": "test/local/verified-reading.test.ts",
  "lib/columns/sealed-lines.ts": "test/aws/athena-columns.test.ts",
  "lib/columns/write-day-columns.ts": "test/aws/athena-columns.test.ts",
  "lib/local/check-lake-file.ts": "test/local/verified-reading.test.ts",
  "lib/local/counted-subjects.ts": "test/local/parquet-entry-finder.test.ts",
  "lib/local/duckdb.ts": "test/local/lake-database.test.ts",
  "lib/local/json-value.ts": "test/local/result-types.test.ts",
  "lib/local/lake-files.ts": "test/local/verified-reading.test.ts",
  "lib/local/lake-views.ts": "test/local/lake-database.test.ts",
  "lib/local/prepare-wide.ts": "test/local/lake-database.test.ts",
  "lib/local/opened-files.ts": "test/local/verified-reading.test.ts",
  "lib/sql/columns-digest.ts": "test/columns/day-digest.test.ts",
  "lib/sql/athena-view.ts": "test/sql/audit-logs-view.test.ts",
  "lib/sql/query-result.ts": "test/aws/athena-database.test.ts",

  // Seen on both sides: what the functions emit, and what the stack watches.
  "lib/stack/metrics.ts": "test/functions/ingest/handler.test.ts",
  "lib/stack/detection-keys.ts": "test/functions/permissions.test.ts",
  "lib/stack/backfill-concurrency.ts": "test/functions/backfill/handler.test.ts",
};
