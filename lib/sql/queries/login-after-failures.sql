-- Logins after many failures
-- Which password was guessed: who logged in after failing again and again from the same address?
-- Failures before the period are not seen.
-- leaves out failures more than 24 hours before the login: they have little to do with it
-- leaves out failures from other addresses: one address that tries is what a guesser looks like
-- parameter failures integer = 5 -- failed logins from the address in the 24 hours before, at least
WITH attempts AS (
  SELECT
    id,
    actor_id,
    actor_email,
    ip_address,
    event_time,
    user_agent,
    action,
    count(CASE WHEN action = 'user_login_failed' THEN id END) OVER (
      PARTITION BY actor_id, ip_address
      ORDER BY event_time
      RANGE BETWEEN INTERVAL '24' HOUR PRECEDING AND CURRENT ROW
    ) AS failures_before,
    min(CASE WHEN action = 'user_login_failed' THEN event_time END) OVER (
      PARTITION BY actor_id, ip_address
      ORDER BY event_time
      RANGE BETWEEN INTERVAL '24' HOUR PRECEDING AND CURRENT ROW
    ) AS first_failure
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
  date_diff('second', first_failure, event_time) AS seconds_of_trying,
  user_agent
FROM attempts
WHERE action = 'user_login'
  AND failures_before >= :failures
ORDER BY login, actor_id, id
