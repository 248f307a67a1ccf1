-- New addresses, networks and clients
-- From which address or network, or with which client, did a user come for the first time?
-- A network is the first three numbers of an IPv4 address or the first three groups of an IPv6 one.
-- Only users who were seen before: somebody's first day is no news. Clients are compared without
-- their version numbers, which change with each update, and the iPhone app is one client with its
-- extensions. In an archive that does not reach back before `new_since`, nobody was seen before, and
-- nothing comes out.
-- leaves out users who were not seen before: all is new on a first day
-- leaves out the actors USLACKUSER and USLACKSECURITY: they stand for nobody and for Slack itself
-- leaves out user_channel_join, guest_channel_join, user_channel_leave, guest_channel_leave: recorded joins have the address and client of who invites, and the others are of that kind
-- leaves out huddle_ended: recorded entries have the address and client of the service that ends huddles
-- leaves out user_added_to_usergroup, user_removed_from_usergroup: recorded removals have the address and client of an identity provider, and additions are of that kind
-- parameter new_since day = date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d') -- first day that counts as new, UTC
-- parameter from_day day = date_format(current_date - INTERVAL '90' DAY, '%Y-%m-%d') -- first day of the history to compare with, UTC
WITH entries AS (
  SELECT
    actor_id,
    max(actor_email) AS actor_email,
    ip_address,
    user_agent,
    min(event_time) AS first_seen,
    min(dt) AS first_day,
    count(*) AS entries
  FROM audit_logs
  WHERE dt BETWEEN :from_day AND :to_day
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
  GROUP BY actor_id, ip_address, user_agent
),
seen AS (
  SELECT
    actor_id,
    actor_email,
    kinds.kind,
    CASE kinds.kind
      WHEN 'address' THEN ip_address
      WHEN 'network'
        THEN regexp_extract(
          ip_address,
          '^([0-9]+[.][0-9]+[.][0-9]+|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f]*)'
        )
      ELSE regexp_replace(
        regexp_replace(user_agent, 'com[.]tinyspeck[.]chatlyio[.][A-Za-z]+', 'com.tinyspeck.chatlyio'),
        '[0-9][0-9._]*',
        '#'
      )
    END AS value,
    first_seen,
    first_day,
    entries
  FROM entries
  CROSS JOIN (VALUES ('address'), ('network'), ('client')) AS kinds (kind)
),
first_seen AS (
  SELECT
    actor_id,
    max(actor_email) AS actor_email,
    kind,
    value,
    min(first_seen) AS first_seen,
    min(first_day) AS first_day,
    sum(entries) AS entries
  FROM seen
  WHERE value <> ''
  GROUP BY actor_id, kind, value
),
compared AS (
  SELECT
    first_seen.*,
    min(first_day) OVER (PARTITION BY actor_id) AS user_since
  FROM first_seen
)
SELECT
  first_seen,
  actor_email,
  actor_id,
  kind,
  value,
  entries
FROM compared
WHERE first_day >= :new_since
  AND user_since < :new_since
ORDER BY first_seen, actor_id, kind, value
