-- Failed logins and session resets
-- Whose logins failed, and whose sessions or passwords were reset, how often and by whom?
-- leaves out logins that succeed and sign-outs: logins lists the former
SELECT
  coalesce(entity_email, entity_name, entity_id, actor_email) AS account,
  action,
  count(*) AS times,
  count(DISTINCT ip_address) AS addresses,
  array_join(array_agg(DISTINCT actor_email ORDER BY actor_email), ', ') AS actors,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND action IN (
    'user_login_failed',
    'ip_allowlist_access_denied',
    'user_logout_compromised',
    'user_session_invalidated',
    'user_session_reset_by_admin',
    'bulk_session_reset_by_admin',
    'user_sessions_reset_by_anomaly_event_response',
    'user_sessions_reset_by_circuit_breaker',
    'user_password_reset_requested',
    'user_password_reset_by_admin',
    'user_password_reset_slack_security'
  )
GROUP BY coalesce(entity_email, entity_name, entity_id, actor_email), action
ORDER BY times DESC, account, action
