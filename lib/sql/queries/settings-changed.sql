-- Settings changed
-- Which settings of the organization, a workspace or a channel were changed, from what to what?
-- leaves out nothing
SELECT
  event_time,
  action,
  actor_email,
  coalesce(entity_name, entity_id) AS changed,
  coalesce(
    json_extract_scalar(details, '$.previous_value'),
    json_format(json_extract(details, '$.previous_value'))
  ) AS previous_value,
  coalesce(
    json_extract_scalar(details, '$.new_value'),
    json_format(json_extract(details, '$.new_value'))
  ) AS new_value,
  location_name,
  ip_address,
  id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND regexp_like(
    action,
    '^prefs?[._]|^pre[.]|_pref_|^slack_connect_|_restrict|exclu(de|sion)|_properties_updated|_permissions_updated|^(data_deletion_date_changed|flexible_access_control_set|organization_renamed|organization_public_url_updated|org_public_url_updated|slack_ai_permissions_reset|thread_replies_disabled|user_session_settings_changed)$'
  )
ORDER BY event_time, id
