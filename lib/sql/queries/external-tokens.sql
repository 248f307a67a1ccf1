-- Tokens for other services
-- Who fetched, renewed or deleted the tokens that workflows keep for other services, and how often?
-- leaves out nothing
SELECT
  action,
  coalesce(entity_name, entity_id) AS service,
  actor_email,
  coalesce(app_name, app_id) AS app,
  count(*) AS times,
  count(DISTINCT ip_address) AS addresses,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND action LIKE 'external_auth_oauth2_token_%'
GROUP BY action, coalesce(entity_name, entity_id), actor_email, coalesce(app_name, app_id)
ORDER BY times DESC, action, service, actor_email, app
