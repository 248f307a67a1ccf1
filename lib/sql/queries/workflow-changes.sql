-- Workflows changed
-- Who published or changed a workflow, or let others start it or use its functions?
-- leaves out runs of workflows: Slack writes no entry for them
SELECT
  event_time,
  action,
  coalesce(entity_name, entity_id) AS workflow,
  actor_email,
  json_extract_scalar(details, '$.permission_type') AS permission_type,
  ip_address,
  details,
  id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND regexp_like(
    action,
    '^workflow_(v2_|created|deleted|published|unpublished|modified|trigger_|ai_)|^function_distribution_|^featured_workflow_'
  )
ORDER BY event_time, id
