-- Completeness and lag by hour
-- How many entries does each hour hold, what was it when its day was sealed, and how far behind is
-- the newest? An hour is "complete" or "nothing happened" when Slack and the archive held the same;
-- "not sealed": an empty one may not be collected yet; "differs from Slack": the manifest says how;
-- "changed": it no longer holds as many entries as were sealed.
-- leaves out nothing
-- parameter as_of time = current_timestamp -- the time to which the lag is measured, UTC
WITH hours AS (
  SELECT
    source,
    date_trunc('hour', event_time) AS hour_start,
    count(*) AS entries,
    min(event_time) AS first_event,
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
)
SELECT
  calendar.source,
  calendar.hour_start,
  coalesce(hours.entries, 0) AS entries,
  CASE
    WHEN sealed.archived IS NULL THEN 'not sealed'
    WHEN sealed.archived <> coalesce(hours.entries, 0) THEN 'changed'
    WHEN sealed.listed <> sealed.archived OR sealed.only_in_archive > 0 OR sealed.twice > 0 OR sealed.differs > 0
      THEN 'differs from Slack'
    WHEN sealed.archived = 0 THEN 'nothing happened'
    ELSE 'complete'
  END AS state,
  sealed.late,
  hours.first_event,
  hours.last_event,
  CASE
    WHEN calendar.hour_start = calendar.newest_hour
      THEN date_diff('second', hours.last_event, CAST(:as_of AS timestamp))
  END AS lag_seconds
FROM calendar
LEFT JOIN hours ON hours.source = calendar.source AND hours.hour_start = calendar.hour_start
LEFT JOIN sealed ON sealed.source = calendar.source AND sealed.hour_start = calendar.hour_start
ORDER BY calendar.source, calendar.hour_start
