-- Duplicates
-- Which entries stand in the archive twice? There must be none.
-- leaves out nothing
WITH twice AS (
  SELECT source, id
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
  GROUP BY source, id
  HAVING count(*) > 1
),
entries AS (
  SELECT source, id, line, dt
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
)
SELECT
  twice.source,
  twice.id,
  count(*) AS copies,
  count(DISTINCT entries.line) AS texts,
  min(entries.dt) AS first_day,
  max(entries.dt) AS last_day
FROM entries
JOIN twice
  ON entries.source = twice.source
  AND coalesce(entries.id, '') = coalesce(twice.id, '')
GROUP BY twice.source, twice.id
ORDER BY copies DESC, twice.source, twice.id
