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
  SELECT
    source,
    id,
    line,
    dt,
    -- SQL has no half of a surrogate pair: ids that differ in one alone look the same.
    CASE
      WHEN strpos(id, '?') > 0 OR strpos(id, chr(65533)) > 0
        THEN lower(regexp_extract(line, '"id" ?: ?"[^"]*\\u[dD][89a-fA-F][^"]*"'))
    END AS escaped_id
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
  AND (entries.id IS NULL) = (twice.id IS NULL)
GROUP BY twice.source, twice.id, entries.escaped_id
HAVING count(*) > 1
ORDER BY copies DESC, twice.source, twice.id, entries.escaped_id
