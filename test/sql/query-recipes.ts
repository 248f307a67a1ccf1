/** What an analyst asks for that is no column of its own, and the expression that gives it. */
export const RECIPES: readonly { what: string; sql: string }[] = [
  {
    what: "outcome: Slack has no such field, and names what failed",
    sql: "CASE WHEN regexp_like(action, '_(failed|failure|denied|declined)$|_blocked') THEN 'failure' ELSE 'success' END",
  },
  { what: "type of a file", sql: "json_extract_scalar(entity, '$.file.filetype')" },
  { what: "privacy of a channel", sql: "json_extract_scalar(entity, '$.channel.privacy')" },
  {
    what: "whether a channel is shared with others",
    sql: "json_extract_scalar(entity, '$.channel.is_shared')",
  },
  { what: "scopes of an app", sql: "json_format(json_extract(entity, '$.app.scopes'))" },
  { what: "reasons of an anomaly", sql: "json_format(json_extract(details, '$.reason'))" },
  {
    what: "address before an anomaly",
    sql: "json_extract_scalar(details, '$.previous_ip_address')",
  },
  { what: "client before an anomaly", sql: "json_extract_scalar(details, '$.previous_ua')" },
];

export const OWN_QUERIES = `## Queries of your own

- **Name the days.** \`dt\` is the day and \`hour\` the hour of the event, UTC. Only these decide what is read: \`WHERE dt BETWEEN '2026-03-02' AND '2026-03-08'\`. A condition on \`event_time\` or \`date(event_time)\` reads the whole archive, so give both. For an hour of days in columns, \`date_create\` (seconds since 1970) reads least: Iceberg skips files and parts of them by it, and not by \`event_time\`.
- **Conditions on \`action\` are cheap**: the other columns are computed only for entries that pass them. One \`regexp_like(action, '…')\` is faster than many \`LIKE\` with \`OR\`.
- **Ask for the columns that you need.** Before a day is in columns, each column costs time; after that, it costs bytes, and \`line\`, \`details\`, \`context\` and \`entity\` are most of them.
- **Emoji in JSON.** In \`entity\`, \`context\` and \`details\`, Athena writes a character beyond U+FFFF as two escapes, such as \`\\ud83d\\ude00\`: \`LIKE\` misses it. Compare a field instead, which has it as a character: \`json_extract_scalar(details, '$.name') LIKE '%😀%'\`. \`line\` has what Slack sent. Half of such a pair is \`?\` on Athena and \`\ufffd\` in a directory, so SQL takes values for one that differ in such a half alone; \`duplicates\` tells their ids apart, and the archive, sealing and \`verify\` always do.
- **A line that no engine could read whole** (more than 1,000 levels, names of fields beyond 50,000 characters) has NULL in every column but \`line\`, \`source\`, \`dt\` and \`hour\`, and ends no query.

| what | expression |
| --- | --- |
${RECIPES.map(({ what, sql }) => `| ${what} | \`${sql.replaceAll("|", "\\|")}\` |`).join("\n")}
| object of an entry, and on Athena when it was stored | \`"$path"\`, \`"$file_modified_time"\` of \`audit_log_lines\`; name \`dt\` |

What kind of thing an entry is about is in \`entity_type\`; the categories of Slack's own list of actions are not in its entries. How many entries of an hour were late is in \`archive_hours\`.
`;
