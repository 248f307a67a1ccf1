-- Completeness and lag by hour
-- How many entries does each hour hold, which hours are empty, and how far behind is the newest?
-- An empty hour is suspicious where the organization never sleeps.
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
spans AS (
  SELECT source, min(hour_start) AS first_hour, max(hour_start) AS last_hour
  FROM hours
  GROUP BY source
),
calendar AS (
  SELECT spans.source, spans.last_hour, clock.hour_start
  FROM spans
  CROSS JOIN UNNEST(sequence(first_hour, last_hour, INTERVAL '1' HOUR)) AS clock (hour_start)
)
SELECT
  calendar.source,
  calendar.hour_start,
  coalesce(hours.entries, 0) AS entries,
  hours.first_event,
  hours.last_event,
  CASE
    WHEN calendar.hour_start = calendar.last_hour
      THEN date_diff('second', hours.last_event, CAST(:as_of AS timestamp))
  END AS lag_seconds
FROM calendar
LEFT JOIN hours ON hours.source = calendar.source AND hours.hour_start = calendar.hour_start
ORDER BY calendar.source, calendar.hour_start
