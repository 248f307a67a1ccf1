-- Content looked into and passed on
-- Who looked into, passed on or opened up the most channels, messages, canvases and lists in one hour?
-- leaves out messages read in a channel: Slack writes no entry for them
-- leaves out files: downloads-by-volume and external-sharing have them
-- parameter minimum integer = 20 -- entries in the hour, at least
SELECT
  actor_email,
  actor_id,
  action,
  date_trunc('hour', event_time) AS hour_start,
  count(*) AS entries,
  count(DISTINCT entity_id) AS items,
  count(DISTINCT ip_address) AS addresses
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND regexp_like(
    action,
    '^(canvas|list)_(opened|shared|access_added|access_upgraded|ownership_transferred|linksharing_enabled|share_limit_reached)$|^(dm_user_added|guest_channel_join|message_activity_viewed|mpim_converted_to_private|private_message_forwarded|public_channel_preview|record_shared|sales_home_notification_forwarded|template_collaborator_added|user_channel_join)$'
  )
GROUP BY actor_email, actor_id, action, date_trunc('hour', event_time)
HAVING count(*) >= :minimum
ORDER BY entries DESC, actor_email, actor_id, action, hour_start
