-- Activity after deactivation
-- Which accounts went on acting after they were deactivated and not reactivated?
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
    event_time
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
),
history AS (
  SELECT
    entries.*,
    max(CASE WHEN kind = 'off' THEN event_time END) OVER (
      PARTITION BY account_id
      ORDER BY event_time
    ) AS deactivated,
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
  AND event_time > deactivated
  AND (reactivated IS NULL OR reactivated < deactivated)
GROUP BY account_id, deactivated
ORDER BY entries_after DESC, account_id
