-- One user's whole trail
-- What did this account do, what was done to it, and which entries name it?
-- Capital letters count as small ones. An entry names it where the whole value of a field, or of a
-- list in a text, is the address or the id.
-- leaves out nothing
-- parameter person text required = 'charlie.parker@example.com' -- an e-mail address or a user id
WITH entries AS (
  SELECT
    audit_logs.*,
    lower(:person) AS person
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
)
SELECT
  event_time,
  CASE
    WHEN person IN (lower(actor_id), lower(actor_email)) THEN 'did'
    WHEN person IN (lower(entity_id), lower(entity_email)) THEN 'was done to'
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
FROM entries
WHERE strpos(lower(line), concat('"', person, '"')) > 0
  OR strpos(lower(line), concat('\"', person, '\"')) > 0
ORDER BY event_time, id
