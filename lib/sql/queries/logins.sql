-- Logins by user, address and client
-- Who logged in, from where, with what, how often, and when first and last?
-- leaves out failed logins: failed-logins-and-session-resets counts them
SELECT
  actor_email,
  actor_id,
  ip_address,
  user_agent,
  count(*) AS logins,
  min(event_time) AS first_login,
  max(event_time) AS last_login
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND action = 'user_login'
GROUP BY actor_email, actor_id, ip_address, user_agent
ORDER BY logins DESC, actor_email, actor_id, ip_address, user_agent
