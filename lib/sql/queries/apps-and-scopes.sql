-- Apps installed and scopes widened
-- Which apps came in or got more rights, who let them, and which scopes are new?
-- leaves out apps removed, restricted or used: they gain nothing by it
-- leaves out app_scopes_expanded whose scopes are all old: Slack writes one each time an app is authorized again, in any order, or with fewer scopes
WITH changes AS (
  SELECT
    event_time,
    action,
    actor_email,
    entity_name,
    entity_id,
    details,
    id,
    coalesce(
      json_format(json_extract(details, '$.new_scopes')),
      CASE
        WHEN action LIKE '%_install%' OR action = 'org_app_workspace_added'
          THEN concat(
            coalesce(json_format(json_extract(details, '$.scopes')), ''),
            ',',
            coalesce(json_format(json_extract(details, '$.bot_scopes')), ''),
            ',',
            coalesce(json_format(json_extract(entity, '$.app.scopes')), ''),
            ',',
            coalesce(json_format(json_extract(entity, '$.app.bot_scopes')), '')
          )
      END,
      json_format(json_extract(details, '$.scopes'))
    ) AS scopes,
    coalesce(
      json_format(json_extract(details, '$.previous_scopes')),
      json_format(json_extract(details, '$.old_scopes'))
    ) AS scopes_before
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
    AND action IN (
      'app_installed',
      'org_app_installed',
      'org_app_workspace_added',
      'org_app_upgraded_to_org_install',
      'child_app_auto_installed',
      'cli_app_install',
      'app_approved',
      'app_scopes_expanded',
      'app_resources_granted',
      'bot_token_upgraded'
    )
),
compared AS (
  SELECT
    changes.*,
    array_join(
      array_sort(
        array_except(
          split(translate(scopes, '[]" ', ''), ','),
          split(translate(coalesce(scopes_before, ''), '[]" ', ''), ',')
        )
      ),
      ', '
    ) AS new_scopes
  FROM changes
)
SELECT
  event_time,
  action,
  entity_name AS app,
  entity_id AS app_id,
  actor_email,
  new_scopes,
  details,
  id
FROM compared
WHERE action <> 'app_scopes_expanded'
  OR new_scopes IS NULL
  OR new_scopes <> ''
ORDER BY event_time, id
