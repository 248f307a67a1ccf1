-- Deletions
-- Who deleted the most messages, files, canvases, lists or channels in one hour?
-- leaves out what retention deletes: Slack writes no entry for it
-- parameter minimum integer = 1 -- deletions in the hour, at least
SELECT
  actor_email,
  actor_id,
  action,
  date_trunc('hour', event_time) AS hour_start,
  count(*) AS deletions,
  count(DISTINCT entity_id) AS items,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM audit_logs
WHERE dt BETWEEN :from_day AND :to_day
  AND regexp_like(
    action,
    '^(message|file|canvas|list|template|workflow|public_channel|private_channel)_(tombstoned|deleted)$|^(ai_message_redacted|app_datastore_deleted|list_column_deleted|list_row_deleted|list_rows_deleted|message_moderated|thread_hidden|user_profile_deleted)$'
  )
GROUP BY actor_email, actor_id, action, date_trunc('hour', event_time)
HAVING count(*) >= :minimum
ORDER BY deletions DESC, actor_email, actor_id, action, hour_start
