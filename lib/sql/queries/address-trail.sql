-- One address's whole trail
-- What was done from this address, by whom, and which other entries name it?
-- leaves out nothing
-- parameter address address required = '192.0.2.17' -- an IP address
WITH entries AS (
  SELECT
    audit_logs.*,
    lower(:address) AS address
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
)
SELECT
  event_time,
  CASE WHEN lower(ip_address) = address THEN 'came from it' ELSE 'names it' END AS part,
  actor_email,
  action,
  entity_type,
  coalesce(entity_email, entity_name, entity_id) AS entity_name,
  user_agent,
  location_name,
  details,
  id
FROM entries
WHERE strpos(lower(line), concat('"', address, '"')) > 0
ORDER BY event_time, id
