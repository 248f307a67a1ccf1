-- Sessions that changed their client
-- Which session went on in another program, as a stolen cookie does?
-- Clients are compared without their version numbers, which change with each update.
WITH entries AS (
  SELECT
    session_id,
    actor_id,
    actor_email,
    event_time,
    ip_address,
    regexp_replace(user_agent, '[0-9][0-9._]*', '#') AS client
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
    AND user_agent <> ''
    AND session_id NOT IN ('', '0')
    AND actor_id NOT IN ('USLACKUSER', 'USLACKSECURITY')
)
SELECT
  actor_email,
  actor_id,
  session_id,
  count(DISTINCT client) AS clients,
  count(DISTINCT ip_address) AS addresses,
  count(*) AS entries,
  min(event_time) AS first_seen,
  max(event_time) AS last_seen,
  array_join(array_agg(DISTINCT client ORDER BY client), '; ') AS client_names
FROM entries
GROUP BY actor_email, actor_id, session_id
HAVING count(DISTINCT client) > 1
ORDER BY clients DESC, entries DESC, session_id
