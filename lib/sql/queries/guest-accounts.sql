-- Guest accounts
-- Who are the guests, who let them in, which channels did they enter, and are they still there?
-- leaves out members of other organizations in shared channels: they are no guests; external-sharing lists them
WITH guests AS (
  SELECT
    CASE WHEN entity_type = 'user' THEN entity_id ELSE actor_id END AS guest_id,
    CASE WHEN entity_type = 'user' THEN coalesce(entity_email, entity_name) ELSE actor_email END AS guest,
    action,
    event_time,
    actor_email,
    entity_id
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
    AND regexp_like(action, '^(guest_|role_change_to_guest$)')
)
SELECT
  max(guest) AS guest,
  guest_id,
  min(CASE WHEN action IN ('guest_created', 'role_change_to_guest') THEN event_time END) AS became_guest,
  max(CASE WHEN action IN ('guest_created', 'role_change_to_guest') THEN actor_email END) AS let_in_by,
  count(DISTINCT CASE WHEN action = 'guest_channel_join' THEN entity_id END) AS channels_joined,
  max(CASE WHEN action = 'guest_expiration_set' THEN event_time END) AS expiration_set,
  max(CASE WHEN action IN ('guest_deactivated', 'guest_expired') THEN event_time END) AS ended,
  max(event_time) AS last_change
FROM guests
GROUP BY guest_id
ORDER BY last_change DESC, guest_id
