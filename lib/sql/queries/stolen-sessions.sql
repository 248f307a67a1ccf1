-- Sessions that changed their client
-- Which session went on in another program, as a stolen cookie does?
-- Clients are compared without their version numbers, which change with each update, and the
-- iPhone app is one client with its extensions, such as chatlyio.NotificationService.
-- leaves out the actors USLACKUSER and USLACKSECURITY: they stand for nobody and for Slack itself
-- leaves out entries without a session or a client: there is nothing to compare
-- leaves out user_channel_join, guest_channel_join, user_channel_leave, guest_channel_leave: recorded joins have the address and client of who invites, and the others are of that kind
-- leaves out huddle_ended: recorded entries have the address and client of the service that ends huddles
-- leaves out user_added_to_usergroup, user_removed_from_usergroup: recorded removals have the address and client of an identity provider, and additions are of that kind
-- needs only session_id in SELECT session_id FROM audit_logs WHERE dt BETWEEN :from_day AND :to_day AND user_agent <> '' GROUP BY session_id HAVING min(user_agent) <> max(user_agent)
WITH entries AS (
  SELECT
    session_id,
    actor_id,
    actor_email,
    ip_address,
    user_agent,
    count(*) AS entries,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
    AND user_agent <> ''
    AND session_id NOT IN ('', '0')
    AND actor_id NOT IN ('USLACKUSER', 'USLACKSECURITY')
    AND action NOT IN (
      'user_channel_join',
      'guest_channel_join',
      'user_channel_leave',
      'guest_channel_leave',
      'huddle_ended',
      'user_added_to_usergroup',
      'user_removed_from_usergroup'
    )
  GROUP BY session_id, actor_id, actor_email, ip_address, user_agent
),
clients AS (
  SELECT
    entries.*,
    regexp_replace(
      regexp_replace(user_agent, 'com[.]tinyspeck[.]chatlyio[.][A-Za-z]+', 'com.tinyspeck.chatlyio'),
      '[0-9][0-9._]*',
      '#'
    ) AS client
  FROM entries
)
SELECT
  actor_email,
  actor_id,
  session_id,
  count(DISTINCT client) AS clients,
  count(DISTINCT ip_address) AS addresses,
  sum(entries) AS entries,
  min(first_seen) AS first_seen,
  max(last_seen) AS last_seen,
  array_join(array_agg(DISTINCT client ORDER BY client), '; ') AS client_names
FROM clients
GROUP BY actor_email, actor_id, session_id
HAVING count(DISTINCT client) > 1
ORDER BY clients DESC, entries DESC, session_id, actor_id, actor_email
