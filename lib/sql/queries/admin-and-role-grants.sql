-- Admin and role grants
-- Who gave whom power: admin and owner roles, other roles, permissions?
-- leaves out role_assigned over a channel to the actor: Slack writes one for the creator of each private channel
-- leaves out roles and permissions taken away: they give nobody power
WITH grants AS (
  SELECT
    event_time,
    action,
    actor_id,
    actor_email,
    entity_type,
    coalesce(entity_email, entity_name, entity_id) AS entity,
    coalesce(
      json_extract_scalar(details, '$.target_user'),
      json_extract_scalar(details, '$.target_user_id'),
      json_extract_scalar(details, '$.succeeded_users'),
      json_format(json_extract(details, '$.succeeded_users'))
    ) AS person,
    coalesce(
      json_extract_scalar(details, '$.target_entity'),
      json_extract_scalar(details, '$.target_entity.id'),
      json_extract_scalar(details, '$.target_entity_id')
    ) AS over_what,
    json_format(json_extract(details, '$.changed_permissions')) AS permissions,
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
)
SELECT
  event_time,
  action,
  actor_email,
  CASE WHEN entity_type = 'user' THEN entity ELSE person END AS granted_to,
  CASE WHEN entity_type = 'user' THEN NULL ELSE entity END AS role,
  over_what,
  permissions,
  location_name,
  ip_address,
  id
FROM grants
WHERE action <> 'role_assigned'
  OR person IS NULL
  OR person <> actor_id
  OR NOT regexp_like(coalesce(over_what, ''), '^[CG][A-Z0-9]+$')
ORDER BY event_time, id
