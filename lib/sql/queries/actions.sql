-- Actions
-- What happens in this organization, how often, by how many users?
-- leaves out nothing
SELECT
  action,
  count(*) AS entries,
  count(DISTINCT actor_id) AS actors,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
GROUP BY action
ORDER BY entries DESC, action
