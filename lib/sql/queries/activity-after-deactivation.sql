-- Activity after deactivation
-- Which accounts went on acting after they were deactivated and not reactivated?
-- Deactivations before the period are not seen: `--from` should begin before the deactivation.
-- leaves out entries with the address and client of the deactivation, without a session, of the ten minutes after it: an identity provider goes on to take the leaver out of groups, in the leaver's name
-- leaves out user_logout: sessions end with the account, and a sign-out reaches nothing
-- leaves out user_channel_join, guest_channel_join, user_channel_leave, guest_channel_leave: recorded joins have the address and client of who invites, and the others are of that kind
-- leaves out huddle_ended: recorded entries have the address and client of the service that ends huddles
-- leaves out user_added_to_usergroup, user_removed_from_usergroup: recorded removals have the address and client of an identity provider, and additions are of that kind
-- needs only actor_id, entity_id in SELECT entity_id FROM audit_logs WHERE dt BETWEEN :from_day AND :to_day AND action IN ('user_deactivated', 'guest_deactivated', 'guest_expired')
WITH entries AS (
  SELECT
    CASE
      WHEN action IN ('user_deactivated', 'guest_deactivated', 'guest_expired', 'user_reactivated', 'guest_reactivated')
        THEN entity_id
      ELSE actor_id
    END AS account_id,
    CASE
      WHEN action IN ('user_deactivated', 'guest_deactivated', 'guest_expired') THEN 'off'
      WHEN action IN ('user_reactivated', 'guest_reactivated') THEN 'on'
      ELSE 'act'
    END AS kind,
    action,
    actor_email,
    ip_address,
    session_id,
    CASE
      WHEN session_id IS NULL OR action IN ('user_deactivated', 'guest_deactivated', 'guest_expired')
        THEN concat(coalesce(ip_address, ''), ' ', coalesce(user_agent, ''))
    END AS origin,
    event_time
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
    AND action NOT IN (
      'user_channel_join',
      'guest_channel_join',
      'user_channel_leave',
      'guest_channel_leave',
      'huddle_ended',
      'user_added_to_usergroup',
      'user_removed_from_usergroup'
    )
),
history AS (
  SELECT
    entries.*,
    max(CASE WHEN kind = 'off' THEN event_time END) OVER (
      PARTITION BY account_id
      ORDER BY event_time
    ) AS deactivated,
    max_by(
      CASE WHEN kind = 'off' THEN origin END,
      CASE WHEN kind = 'off' THEN event_time END
    ) OVER (
      PARTITION BY account_id
      ORDER BY event_time
    ) AS deactivated_from,
    max(CASE WHEN kind = 'on' THEN event_time END) OVER (
      PARTITION BY account_id
      ORDER BY event_time
    ) AS reactivated
  FROM entries
)
SELECT
  max(actor_email) AS account,
  account_id,
  deactivated,
  count(*) AS entries_after,
  min(event_time) AS first_after,
  max(event_time) AS last_after,
  array_join(array_agg(DISTINCT action ORDER BY action), ', ') AS actions,
  array_join(array_agg(DISTINCT ip_address ORDER BY ip_address), ', ') AS addresses
FROM history
WHERE kind = 'act'
  AND action <> 'user_logout'
  AND event_time > deactivated
  AND (reactivated IS NULL OR reactivated < deactivated)
  AND NOT (
    session_id IS NULL
    AND origin = deactivated_from
    AND date_diff('second', deactivated, event_time) <= 600
  )
GROUP BY account_id, deactivated
ORDER BY entries_after DESC, account_id, deactivated
