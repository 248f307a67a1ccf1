-- External sharing
-- What was opened to outsiders: shared channels, direct messages, public links, approved organizations?
-- leaves out files, canvases and lists shared inside the organization: they reach no outsider
SELECT
  event_time,
  action,
  actor_email,
  entity_type,
  coalesce(entity_name, entity_email, entity_id) AS shared,
  coalesce(
    json_extract_scalar(details, '$.external_organization_name'),
    json_extract_scalar(details, '$.external_organization_id'),
    json_extract_scalar(details, '$.external_user_email'),
    json_extract_scalar(details, '$.external_user_id'),
    json_extract_scalar(details, '$.teams_shared_with'),
    json_format(json_extract(details, '$.teams_shared_with'))
  ) AS outsider,
  ip_address,
  id
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND regexp_like(
    action,
    '^(external_shared_channel_|connect_dm_invite_|approved_orgs_|((file|canvas|list)_shared|file_public_link_created|(canvas|list)_linksharing_enabled|channel_email_address_created|pref[.](slack_connect_allowed_workspaces|disallow_public_file_urls))$)'
  )
  AND (
    action NOT IN ('file_shared', 'canvas_shared', 'list_shared')
    OR json_extract_scalar(details, '$.is_ext_shared') = 'true'
  )
ORDER BY event_time, id
