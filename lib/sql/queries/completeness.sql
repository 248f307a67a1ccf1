-- Completeness and lag by day
-- Does the archive hold all of each day, what was it when the day was sealed, and how far behind is
-- the newest entry? One line a day, with its hours that have entries; below it, each hour in which
-- something is wrong. "complete" or "nothing happened": Slack and the archive held the same;
-- "not sealed": an empty hour may not be collected yet; "differs from Slack": the manifest says how;
-- "changed": it no longer holds as many entries as were sealed.
-- leaves out nothing
-- parameter as_of time = current_timestamp -- the time to which the lag is measured, UTC
WITH hours AS (
  SELECT
    source,
    date_trunc('hour', event_time) AS hour_start,
    count(*) AS entries,
    max(event_time) AS last_event
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
  GROUP BY source, date_trunc('hour', event_time)
),
known AS (
  SELECT
    source,
    hour_start,
    max(entries) AS entries,
    max(last_event) AS last_event,
    max(listed) AS listed,
    max(archived) AS archived,
    max(late) AS late,
    max(only_in_archive) AS only_in_archive,
    max(twice) AS twice,
    max(differs) AS differs
  FROM (
    SELECT
      source,
      hour_start,
      entries,
      last_event,
      NULL AS listed,
      NULL AS archived,
      NULL AS late,
      NULL AS only_in_archive,
      NULL AS twice,
      NULL AS differs
    FROM hours
    UNION ALL
    SELECT
      source,
      hour_start,
      NULL AS entries,
      NULL AS last_event,
      listed,
      archived,
      late,
      only_in_archive,
      twice,
      differs
    FROM archive_hours
    WHERE dt BETWEEN :from_day AND :to_day
  ) AS both_sides
  GROUP BY source, hour_start
),
spans AS (
  SELECT
    known.*,
    coalesce(
      lead(hour_start) OVER (PARTITION BY source ORDER BY hour_start),
      hour_start + INTERVAL '1' HOUR
    ) AS next_start,
    max(CASE WHEN entries > 0 THEN hour_start END) OVER (PARTITION BY source) AS newest_hour
  FROM known
),
calendar AS (
  SELECT spans.*, days.day + clock.hour * INTERVAL '1' HOUR AS calendar_hour
  FROM spans
  CROSS JOIN UNNEST(
    sequence(date_trunc('day', hour_start), date_trunc('day', next_start), INTERVAL '1' DAY)
  ) AS days (day)
  CROSS JOIN UNNEST(sequence(0, 23, 1)) AS clock (hour)
  WHERE days.day + clock.hour * INTERVAL '1' HOUR >= hour_start
    AND days.day + clock.hour * INTERVAL '1' HOUR < next_start
),
graded AS (
  SELECT
    source,
    date_format(calendar_hour, '%Y-%m-%d') AS day,
    date_format(calendar_hour, '%H:%i') AS hour,
    CASE WHEN calendar_hour = hour_start THEN coalesce(entries, 0) ELSE 0 END AS entries,
    CASE WHEN calendar_hour = hour_start THEN late END AS late,
    CASE
      WHEN calendar_hour > hour_start OR archived IS NULL THEN 2
      WHEN archived <> coalesce(entries, 0) THEN 4
      WHEN listed <> archived OR only_in_archive > 0 OR twice > 0 OR differs > 0 THEN 3
      WHEN archived > 0 THEN 1
      ELSE 0
    END AS grade,
    CASE
      WHEN calendar_hour = newest_hour
        THEN date_diff('second', last_event, CAST(:as_of AS timestamp))
    END AS lag_seconds
  FROM calendar
),
compared AS (
  SELECT graded.*, min(grade) OVER (PARTITION BY source, day) AS best_of_day
  FROM graded
),
lines AS (
  SELECT
    source,
    day,
    is_hour,
    CASE is_hour
      WHEN 1 THEN max(hour)
      ELSE concat(
        CAST(count(CASE WHEN entries > 0 THEN 1 END) AS varchar), ' of ', CAST(count(*) AS varchar)
      )
    END AS hours,
    max(grade) AS grade,
    CAST(sum(entries) AS bigint) AS entries,
    CAST(sum(late) AS bigint) AS late,
    CASE is_hour WHEN 0 THEN max(lag_seconds) END AS lag_seconds
  FROM compared
  CROSS JOIN (VALUES (0), (1)) AS kinds (is_hour)
  WHERE is_hour = 0 OR grade > 2 OR (grade = 2 AND best_of_day < 2)
  GROUP BY source, day, is_hour, CASE is_hour WHEN 1 THEN hour END
)
SELECT
  source,
  day,
  hours,
  CASE grade
    WHEN 4 THEN 'changed'
    WHEN 3 THEN 'differs from Slack'
    WHEN 2 THEN 'not sealed'
    WHEN 1 THEN 'complete'
    ELSE 'nothing happened'
  END AS state,
  entries,
  late,
  lag_seconds
FROM lines
ORDER BY source, day, is_hour, hours
