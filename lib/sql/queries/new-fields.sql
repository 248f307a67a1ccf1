-- Fields never seen before
-- Which fields came up for the first time in the details, the entity or the context of an entry?
-- A field is its name, at whatever depth. In an archive that does not reach back before `new_since`, all fields are new.
-- leaves out fields of actor: they are in no column but the line, which is most of what there is to read
-- leaves out names with an escape or of more than 64 characters: they are data
-- parameter new_since day = date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d') -- first day that counts as new, UTC
-- parameter from_day day = date_format(current_date - INTERVAL '90' DAY, '%Y-%m-%d') -- first day of the history to compare with, UTC
WITH shapes AS (
  -- many entries have few shapes
  SELECT
    action,
    array_join(regexp_extract_all(details, '[{,] ?"[^"\\]{1,64}" ?:'), '') AS of_details,
    array_join(regexp_extract_all(entity, '[{,] ?"[^"\\]{1,64}" ?:'), '') AS of_entity,
    array_join(regexp_extract_all(context, '[{,] ?"[^"\\]{1,64}" ?:'), '') AS of_context,
    min(dt) AS first_day,
    min(event_time) AS first_time,
    count(*) AS entries,
    min_by(id, ROW(event_time, id)) AS first_id
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
  GROUP BY
    action,
    array_join(regexp_extract_all(details, '[{,] ?"[^"\\]{1,64}" ?:'), ''),
    array_join(regexp_extract_all(entity, '[{,] ?"[^"\\]{1,64}" ?:'), ''),
    array_join(regexp_extract_all(context, '[{,] ?"[^"\\]{1,64}" ?:'), '')
),
parts AS (
  SELECT
    part,
    CASE part WHEN 'details' THEN of_details WHEN 'entity' THEN of_entity ELSE of_context END AS names,
    action,
    first_day,
    first_time,
    entries,
    first_id
  FROM shapes
  CROSS JOIN UNNEST(ARRAY['details', 'entity', 'context']) AS kinds (part)
),
fields AS (
  SELECT
    part,
    action,
    regexp_replace(name, '^"|" ?:$', '') AS field,
    first_day,
    first_time,
    entries,
    first_id
  FROM parts
  CROSS JOIN UNNEST(array_distinct(regexp_extract_all(names, '"[^"]+" ?:'))) AS found (name)
)
SELECT
  part,
  field,
  min(first_time) AS first_time,
  sum(entries) AS entries,
  min_by(action, ROW(first_time, first_id)) AS first_action,
  min_by(first_id, ROW(first_time, first_id)) AS first_id
FROM fields
GROUP BY part, field
HAVING min(first_day) >= :new_since
ORDER BY first_time, part, field
