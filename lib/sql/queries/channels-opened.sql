-- Channels opened to more people
-- Which channels can be read by more people than before?
-- leaves out conversions to private and disconnections: fewer people can read the channel
SELECT
  event_time,
  action,
  coalesce(entity_name, entity_id) AS channel,
  entity_id AS channel_id,
  actor_email,
  location_name,
  ip_address,
  details,
  id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND action IN (
    'private_channel_converted_to_public',
    'group_converted_to_channel',
    'channel_workspaces_updated',
    'external_shared_channel_connected',
    'external_shared_channel_reconnected',
    'external_shared_channel_access_upgraded'
  )
ORDER BY event_time, id
