-- One user on several networks within minutes
-- Who went from network to network faster than people travel?
-- A network is the first three numbers of an IPv4 address or the first three groups of an IPv6 one.
-- A phone and a desk are two networks; three that follow each other are worth a look.
-- leaves out the actors USLACKUSER and USLACKSECURITY: they stand for nobody and for Slack itself
-- leaves out entries without an address: they say nothing of a network
-- leaves out user_channel_join, guest_channel_join, user_channel_leave, guest_channel_leave: recorded joins have the address and client of who invites, and the others are of that kind
-- leaves out huddle_ended: recorded entries have the address and client of the service that ends huddles
-- leaves out user_added_to_usergroup, user_removed_from_usergroup: recorded removals have the address and client of an identity provider, and additions are of that kind
-- parameter minutes integer = 10 -- from one network to the next, at most
-- parameter networks integer = 3 -- networks one after the other, the first included, at least
WITH entries AS (
  SELECT
    id,
    actor_id,
    actor_email,
    event_time,
    ip_address,
    regexp_extract(
      ip_address,
      '^([0-9]+[.][0-9]+[.][0-9]+|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f]*)'
    ) AS network
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
),
steps AS (
  SELECT
    entries.*,
    lag(network) OVER (PARTITION BY actor_id ORDER BY event_time, id) AS previous_network,
    lag(ip_address) OVER (PARTITION BY actor_id ORDER BY event_time, id) AS previous_address,
    lag(event_time) OVER (PARTITION BY actor_id ORDER BY event_time, id) AS previous_time
  FROM entries
  WHERE network IS NOT NULL
),
moves AS (
  SELECT
    steps.*,
    lag(event_time) OVER (PARTITION BY actor_id ORDER BY event_time, id) AS previous_move
  FROM steps
  WHERE network <> previous_network
    AND date_diff('second', previous_time, event_time) <= :minutes * 60
),
chains AS (
  SELECT
    moves.*,
    sum(CASE WHEN date_diff('second', previous_move, event_time) <= :minutes * 60 THEN 0 ELSE 1 END)
      OVER (PARTITION BY actor_id ORDER BY event_time, id) AS chain
  FROM moves
),
both_ends AS (
  SELECT
    chains.*,
    ends.move,
    CASE ends.move WHEN 1 THEN network ELSE previous_network END AS end_network,
    CASE ends.move WHEN 1 THEN ip_address ELSE previous_address END AS end_address
  FROM chains
  CROSS JOIN (VALUES (0), (1)) AS ends (move)
)
SELECT
  actor_email,
  actor_id,
  min(previous_time) AS from_time,
  max(event_time) AS to_time,
  count(DISTINCT end_network) AS networks,
  count(CASE WHEN move = 1 THEN id END) AS moves,
  min(date_diff('second', previous_time, event_time)) AS fastest_seconds,
  array_join(array_agg(DISTINCT end_address ORDER BY end_address), ', ') AS addresses
FROM both_ends
GROUP BY actor_email, actor_id, chain
HAVING count(DISTINCT end_network) >= :networks
ORDER BY networks DESC, from_time, actor_id, actor_email, chain
