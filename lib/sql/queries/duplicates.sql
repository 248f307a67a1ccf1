-- Duplicates
-- Which entries stand in the archive twice? There must be none.
-- leaves out nothing
SELECT
  source,
  id,
  count(*) AS copies,
  count(DISTINCT line) AS texts,
  min(dt) AS first_day,
  max(dt) AS last_day
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
GROUP BY source, id
HAVING count(*) > 1
ORDER BY copies DESC, source, id
