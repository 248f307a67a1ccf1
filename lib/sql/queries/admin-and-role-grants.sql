-- Admin and role grants
-- Who gave whom power: admin and owner roles, other roles, permissions?
SELECT
  event_time,
  action,
  actor_email,
  coalesce(entity_email, entity_name, entity_id) AS granted,
  coalesce(
    json_extract_scalar(details, '$.succeeded_users'),
    json_format(json_extract(details, '$.succeeded_users')),
    json_format(json_extract(details, '$.changed_permissions'))
  ) AS what,
  location_name,
  ip_address,
  id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND action IN (
    'role_change_to_admin',
    'role_change_to_owner',
    'owner_transferred',
    'org_owner_created',
    'service_owner_transferred',
    'role_assigned',
    'role_created',
    'role_updated',
    'role_added_to_usergroup',
    'role_modified_on_usergroup',
    'permissions_assigned'
  )
ORDER BY event_time, id
