-- File downloads by volume
-- Who downloaded the most in one hour?
-- leaves out blocked downloads: nothing left Slack
-- parameter minimum integer = 20 -- downloads in the hour, at least
SELECT
  actor_email,
  actor_id,
  date_trunc('hour', event_time) AS hour_start,
  count(*) AS downloads,
  count(DISTINCT entity_id) AS files,
  count(DISTINCT ip_address) AS addresses
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND action IN ('file_downloaded', 'canvas_downloaded', 'list_downloaded')
GROUP BY actor_email, actor_id, date_trunc('hour', event_time)
HAVING count(*) >= :minimum
ORDER BY downloads DESC, actor_email, actor_id, hour_start
