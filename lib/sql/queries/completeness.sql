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
sealed AS (
  SELECT source, hour_start, listed, archived, late, only_in_archive, twice, differs
  FROM archive_hours
  WHERE dt BETWEEN :from_day AND :to_day
),
known AS (
  SELECT source, hour_start, hour_start AS hour_with_entries FROM hours
  UNION ALL
  SELECT source, hour_start, NULL AS hour_with_entries FROM sealed
),
spans AS (
  SELECT
    source,
    min(hour_start) AS first_hour,
    max(hour_start) AS last_hour,
    max(hour_with_entries) AS newest_hour
  FROM known
  GROUP BY source
),
calendar AS (
  SELECT spans.source, spans.newest_hour, days.day + clock.hour * INTERVAL '1' HOUR AS hour_start
  FROM spans
  CROSS JOIN UNNEST(
    sequence(date_trunc('day', first_hour), date_trunc('day', last_hour), INTERVAL '1' DAY)
  ) AS days (day)
  CROSS JOIN UNNEST(sequence(0, 23, 1)) AS clock (hour)
  WHERE days.day + clock.hour * INTERVAL '1' HOUR BETWEEN first_hour AND last_hour
),
graded AS (
  SELECT
    calendar.source,
    date_format(calendar.hour_start, '%Y-%m-%d') AS day,
    date_format(calendar.hour_start, '%H:%i') AS hour,
    coalesce(hours.entries, 0) AS entries,
    sealed.late,
    CASE
      WHEN sealed.archived IS NULL THEN 2
      WHEN sealed.archived <> coalesce(hours.entries, 0) THEN 4
      WHEN sealed.listed <> sealed.archived OR sealed.only_in_archive > 0 OR sealed.twice > 0 OR sealed.differs > 0
        THEN 3
      WHEN sealed.archived > 0 THEN 1
      ELSE 0
    END AS grade,
    CASE
      WHEN calendar.hour_start = calendar.newest_hour
        THEN date_diff('second', hours.last_event, CAST(:as_of AS timestamp))
    END AS lag_seconds
  FROM calendar
  LEFT JOIN hours ON hours.source = calendar.source AND hours.hour_start = calendar.hour_start
  LEFT JOIN sealed ON sealed.source = calendar.source AND sealed.hour_start = calendar.hour_start
),
lines AS (
  SELECT
    source,
    day,
    concat(
      CAST(count(CASE WHEN entries > 0 THEN 1 END) AS varchar), ' of ', CAST(count(*) AS varchar)
    ) AS hours,
    max(grade) AS grade,
    CAST(sum(entries) AS bigint) AS entries,
    CAST(sum(late) AS bigint) AS late,
    max(lag_seconds) AS lag_seconds,
    0 AS is_hour
  FROM graded
  GROUP BY source, day
  UNION ALL
  SELECT source, day, hour AS hours, grade, entries, late, NULL AS lag_seconds, 1 AS is_hour
  FROM (
    SELECT *, min(grade) OVER (PARTITION BY source, day) AS best_of_day FROM graded
  ) AS compared
  WHERE grade > 2 OR (grade = 2 AND best_of_day < 2)
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
