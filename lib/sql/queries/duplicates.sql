-- Duplicates
-- Which entries stand in the archive twice? There must be none.
WITH twice AS (
  SELECT source, id
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
  GROUP BY source, id
  HAVING count(*) > 1
)
SELECT
  twice.source,
  twice.id,
  count(*) AS copies,
  count(DISTINCT entries.line) AS texts,
  min(entries.dt) AS first_day,
  max(entries.dt) AS last_day
FROM audit_logs AS entries
JOIN twice
  ON entries.source = twice.source
  AND coalesce(entries.id, '') = coalesce(twice.id, '')
WHERE entries.dt BETWEEN :from_day AND :to_day
GROUP BY twice.source, twice.id
ORDER BY copies DESC, twice.source, twice.id
