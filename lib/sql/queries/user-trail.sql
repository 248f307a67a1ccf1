-- One user's whole trail
-- What did this account do, what was done to it, and which entries name it?
-- parameter person text = 'charlie.parker@example.com' -- an e-mail address or a user id
WITH wanted AS (
  SELECT :person AS person
)
SELECT
  event_time,
  CASE
    WHEN person IN (actor_id, actor_email) THEN 'did'
    WHEN person IN (entity_id, entity_email) THEN 'was done to'
    ELSE 'is named'
  END AS part,
  action,
  actor_email,
  entity_type,
  coalesce(entity_email, entity_name, entity_id) AS entity_name,
  ip_address,
  user_agent,
  location_name,
  details,
  id
FROM audit_logs
CROSS JOIN wanted
WHERE dt BETWEEN :from_day AND :to_day
  AND strpos(line, person) > 0
ORDER BY event_time, id
