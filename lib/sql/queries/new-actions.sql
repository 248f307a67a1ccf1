-- Actions never seen before
-- Which kinds of action came up for the first time?
-- In an archive that does not reach back before `new_since`, all actions are new.
-- leaves out nothing
-- parameter new_since day = date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d') -- first day that counts as new, UTC
-- parameter from_day day = date_format(current_date - INTERVAL '90' DAY, '%Y-%m-%d') -- first day of the history to compare with, UTC
SELECT
  action,
  min(event_time) AS first_time,
  count(*) AS entries,
  count(DISTINCT actor_id) AS actors,
  min_by(actor_email, ROW(event_time, id)) AS first_actor,
  min_by(id, ROW(event_time, id)) AS first_id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
GROUP BY action
HAVING min(dt) >= :new_since
ORDER BY first_time, action
