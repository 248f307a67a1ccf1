-- Apps changed
-- Who changed what an app or a connection is: its manifest, code, variables, data, people, tokens?
-- leaves out apps installed, approved or given scopes: apps-and-scopes lists them
SELECT
  event_time,
  action,
  coalesce(entity_name, entity_id) AS app,
  entity_id AS app_id,
  actor_email,
  ip_address,
  user_agent,
  details,
  id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND regexp_like(
    action,
    '^(app|child_app|cli_app)_(datastore|variable|manifest|collaborator|manager|token|deploy|delete)|^cli_log|^(salesforce_org|sales_elevate_org_connection)_|^salesforce_(access|permissions|record)_|^(admin_app_config_updated|app_allowlist_rule_reordered|bot_token_downgraded|workflow_app_token_preserved)$'
  )
ORDER BY event_time, id
