-- AI tools and what they read
-- Who let assistants search, read or write, through which tool, and how often?
-- leaves out nothing
WITH calls AS (
  SELECT
    action,
    actor_email,
    coalesce(json_extract_scalar(details, '$.agent_id'), acting_agent, app_name) AS assistant,
    coalesce(
      json_extract_scalar(details, '$.tool'),
      json_extract_scalar(details, '$.tool_name'),
      json_extract_scalar(details, '$.API')
    ) AS tool,
    event_time
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
    AND regexp_like(action, '^(mcp_slack|slack_ai|slackbot_ai|agentforce|app_agentforce|app_mcp_server|salesforce_mcp)_')
)
SELECT
  action,
  actor_email,
  assistant,
  tool,
  count(*) AS times,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM calls
GROUP BY action, actor_email, assistant, tool
ORDER BY times DESC, action, actor_email, assistant, tool
