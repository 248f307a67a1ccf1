-- Anomalies by reason
-- Which of Slack's anomaly reasons came up, how often, and for how many users?
-- One anomaly can have several reasons and counts under each.
-- leaves out nothing
SELECT
  anomaly.reason,
  count(*) AS anomalies,
  count(DISTINCT actor_id) AS users,
  count(DISTINCT ip_address) AS addresses,
  min(event_time) AS first_seen,
  max(event_time) AS last_seen
FROM audit_logs
CROSS JOIN UNNEST(
  split(
    coalesce(
      nullif(translate(json_format(json_extract(details, '$.reason')), '[]" ', ''), ''),
      '(none given)'
    ),
    ','
  )
) AS anomaly (reason)
WHERE dt BETWEEN :from_day AND :to_day
  AND action = 'anomaly'
GROUP BY anomaly.reason
ORDER BY anomalies DESC, anomaly.reason
