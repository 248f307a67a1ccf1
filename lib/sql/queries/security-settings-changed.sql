-- Security settings changed
-- Who changed a guard: sign-on, two-factor, sessions, DLP, retention, encryption keys, holds, barriers?
-- leaves out settings that guard nothing, such as do-not-disturb hours: they weaken no protection
SELECT
  event_time,
  action,
  actor_email,
  coalesce(
    json_extract_scalar(details, '$.previous_value'),
    json_format(json_extract(details, '$.previous_value')),
    json_format(json_extract(details, '$.old_retention_policy'))
  ) AS previous_value,
  coalesce(
    json_extract_scalar(details, '$.new_value'),
    json_format(json_extract(details, '$.new_value')),
    json_format(json_extract(details, '$.new_retention_policy'))
  ) AS new_value,
  coalesce(entity_name, entity_id) AS changed,
  ip_address,
  id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND regexp_like(
    action,
    '^((ekm|idp|auth_policy|legal_hold|barrier|intune|domain|enterprise_managed_auth)_|ip_allowlist_(en|dis)abled|team_authorized_ip_range|native_dlp_(rule_(created|edited|deactivated|reactivated)|violation_deleted)|pref[.](sso|two_factor|session|mobile_session|dlp|disallow_public_file_urls|app_whitelist|anomaly_event|block_|ent_required|required_minimum|slack_connect|who_can_manage))|retention|redaction_duration'
  )
ORDER BY event_time, id
