-- Accounts and groups changed
-- Which accounts were made, closed, merged or changed, and who joined or left which group?
-- leaves out logins and sessions: logins and failed-logins-and-session-resets have them
SELECT
  event_time,
  action,
  actor_email,
  entity_type,
  coalesce(entity_email, entity_name, entity_id) AS account_or_group,
  location_name,
  ip_address,
  user_agent,
  details,
  id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND regexp_like(
    action,
    '^user_(created|deactivated|reactivated|merged|email|username|passkey|profile_updated|joined|added_to|removed_from|add_to|bulk)|^(guest|email_change|usergroup)_|^default_channel_|^role_(change|removed|deleted)|^external_user_|^(license_assigned|license_removed|permissions_removed)$'
  )
ORDER BY event_time, id
