-- Exports
-- Who took data out in bulk: messages, channels, users, analytics, the audit logs themselves?
-- leaves out downloads of single files, canvases and lists: downloads-by-volume counts them
SELECT
  event_time,
  action,
  actor_email,
  coalesce(entity_name, entity_id) AS exported,
  json_extract_scalar(details, '$.export_type') AS export_type,
  ip_address,
  user_agent,
  details,
  id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND regexp_like(action, 'export|^(audit_logs_records_searched|workflow_responses_csv_download)$')
ORDER BY event_time, id
