-- New addresses and clients
-- From which address or with which client did a user come for the first time?
-- Only users who were seen before: somebody's first day is no news. Clients are compared without
-- their version numbers, which change with each update.
-- parameter new_since day = date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d') -- first day that counts as new, UTC
-- parameter from_day day = date_format(current_date - INTERVAL '90' DAY, '%Y-%m-%d') -- first day of the history to compare with, UTC
WITH seen AS (
  SELECT
    actor_id,
    actor_email,
    kinds.kind,
    CASE kinds.kind
      WHEN 'address' THEN ip_address
      ELSE regexp_replace(user_agent, '[0-9][0-9._]*', '#')
    END AS value,
    event_time,
    dt
  FROM audit_logs
  CROSS JOIN (VALUES ('address'), ('client')) AS kinds (kind)
  WHERE dt BETWEEN :from_day AND :to_day
    AND actor_id NOT IN ('USLACKUSER', 'USLACKSECURITY')
),
first_seen AS (
  SELECT
    actor_id,
    max(actor_email) AS actor_email,
    kind,
    value,
    min(event_time) AS first_seen,
    min(dt) AS first_day,
    count(*) AS entries
  FROM seen
  WHERE value <> ''
  GROUP BY actor_id, kind, value
),
compared AS (
  SELECT
    first_seen.*,
    min(first_day) OVER (PARTITION BY actor_id) AS user_since
  FROM first_seen
)
SELECT
  first_seen,
  actor_email,
  actor_id,
  kind,
  value,
  entries
FROM compared
WHERE first_day >= :new_since
  AND user_since < :new_since
ORDER BY first_seen, actor_id, kind, value
