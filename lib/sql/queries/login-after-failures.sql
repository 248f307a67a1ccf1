-- Logins after many failures
-- Which password was guessed: who logged in after failing again and again from the same address?
-- leaves out failures before midnight UTC of the login's day, and from other addresses: one address that tries is what a guesser looks like
-- parameter failures integer = 5 -- failed logins from the address on that day, at least
WITH attempts AS (
  SELECT
    id,
    actor_id,
    actor_email,
    ip_address,
    dt,
    event_time,
    user_agent,
    action,
    sum(CASE WHEN action = 'user_login_failed' THEN 1 ELSE 0 END) OVER (
      PARTITION BY actor_id, ip_address, dt
      ORDER BY event_time
    ) AS failures_before,
    min(event_time) OVER (PARTITION BY actor_id, ip_address, dt) AS first_attempt
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
    AND action IN ('user_login', 'user_login_failed')
)
SELECT
  actor_email,
  actor_id,
  ip_address,
  event_time AS login,
  failures_before,
  date_diff('second', first_attempt, event_time) AS seconds_of_trying,
  user_agent
FROM attempts
WHERE action = 'user_login'
  AND failures_before >= :failures
ORDER BY login, actor_id, id
