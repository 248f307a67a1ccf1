import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { CLASSES, DEFAULT_SCHEMA_VERSION } from "../../lib/ocsf/classes.ts";
import type { ColumnType } from "../../lib/ocsf/columns.ts";
import { columnsOf } from "../../lib/ocsf/columns.ts";
import { HEADS } from "../../lib/ocsf/heads.ts";
import { OCSF_COLUMNS } from "../../lib/sql/ocsf-view.ts";

it("docs/reference/ocsf.md says what each action becomes", async () => {
  // After a change of lib/ocsf: npm run docs
  await expect(renderPage()).toMatchFileSnapshot("../../docs/reference/ocsf.md");
});

function renderPage(): string {
  return `# OCSF

What each action is in the [Open Cybersecurity Schema Framework](https://schema.ocsf.io/), in which SIEMs read events of many products: \`audit-lake ocsf\` prints the archive so, and the view \`audit_logs_ocsf\` has the common columns. \`npm run docs\` generates this page from \`lib/ocsf\`.

Every entry is one event, and every event validates against the published schema. The ${HEADS.size} actions that are known are below; any other is an API Activity, \`Other\`, with the action as \`activity_name\`, \`api.operation\` and \`metadata.event_code\`, and the status \`Unknown\`.

Nothing is dropped. \`raw_data\` is the exact line, and what has no place in a class is in \`unmapped\`, where it was in the entry. JSON that is nested more than 32 levels deep, and numbers that a double does not hold, are there as text. Of members with one name the first counts, as in SQL.

## Where things are

| In the entry | In the event |
| --- | --- |
| \`id\` | \`metadata.uid\` |
| \`date_create\` | \`time\`, in milliseconds; \`metadata.original_time\`, as it came |
| \`action\` | \`metadata.event_code\`, and class, activity, severity and status by the table below |
| the source's name | \`metadata.tenant_uid\` |
| \`actor.user\` | \`actor.user\`: \`uid\`, \`name\`, \`email_addr\`, \`org.uid\` (the team), \`type\`; \`type_id\` is 3 (System) for Slack itself and for nobody |
| \`context.session_id\` | \`actor.session.uid\`, in Authentication also \`session.uid\` |
| \`context.app\` | \`actor.app_uid\`, \`actor.app_name\` |
| \`context.location\` | \`cloud.account\`: \`uid\`, \`name\`, \`type\` |
| \`context.ip_address\` | \`src_endpoint.ip\`; \`device.ip\` in classes without it; what is no address is in \`unmapped\` |
| \`context.ua\` | \`http_request.user_agent\`, in classes that have it |
| \`entity\` | the user, group, file, app, web resource, managed entity or resource of the class |
| \`details.previous_value\`, \`details.new_value\`, old and new retention | \`entity.data\`, \`entity_result.data\` in Entity Management |
| \`details.new_scopes\`, \`scopes\`, \`bot_scopes\`; the role | \`privileges\` |
| \`details.reason\` | \`finding_info.types\` in findings |
| all else | \`unmapped\` |

Where a class requires what the entry does not say, it is \`Unknown\`.

With [local files](../operate/detection.md#what-is-known-of-addresses-and-people), what they say is added: the country to \`location.country\` of \`src_endpoint\` or \`device\`, the autonomous system to \`src_endpoint.autonomous_system\`, and all of it to \`enrichments\`, an object for the address and one for who did it: \`name\` is the attribute, \`value\` what it has, \`type\` \`address\` or \`staff\`, \`data\` what the files say. Without them there are no enrichments.

## Versions

\`${DEFAULT_SCHEMA_VERSION}\` is the default: Amazon Security Lake and AWS's pipelines read it. \`--schema-version 1.8.0\` writes the newest. They differ in:

| | 1.5.0 | 1.8.0 |
| --- | --- | --- |
| \`metadata.version\` | \`1.5.0\` | \`1.8.0\` |
${differences().join("\n")}

## Classes

| Class | | Its own attributes |
| --- | --- | --- |
${Object.entries(CLASSES)
  .toSorted(([, a], [, b]) => a.uid - b.uid)
  .map(
    ([name, { uid, caption }]) =>
      `| ${uid} ${caption} | \`${name}\` | ${ownAttributes(name as keyof typeof CLASSES).join(", ")} |`,
  )
  .join("\n")}

All events also have \`cloud\`, \`actor\`, \`severity\`, \`status\`, \`unmapped\`, \`raw_data\` and, with local files, \`enrichments\`, and declare the profiles \`cloud\` and \`host\`.

## The view

\`audit_logs_ocsf\` has, in Athena and in \`audit-lake query\`: ${OCSF_COLUMNS.map(({ name }) => `\`${name}\``).join(", ")}. Name \`dt\` in each query, as for \`audit_logs\`. Of a line that SQL cannot read, all but \`raw_data\` and what the path says is NULL, as in \`audit_logs\`: \`audit-lake ocsf\` reads it, so its class has one event more.

\`\`\`sql
SELECT class_name, count(*) AS events FROM audit_logs_ocsf
WHERE dt >= '2026-05-01' GROUP BY class_name ORDER BY events DESC
\`\`\`

## Parquet

With \`--output parquet\`, all classes are one table: an attribute is a column, nested ones are structs, and what a class does not have is NULL. In the stack, each class has files and a table of its own: [Events for SIEMs](../operate/ocsf.md). \`unmapped\` is a map from the path of a leaf, such as \`details.type\`, to its text.

## Actions

| Action | Class | Activity | Severity | Status |
| --- | --- | --- | --- | --- |
${[...HEADS]
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([action, { fields }]) =>
      `| \`${action}\` | ${fields.class_uid} ${fields.class_name} | ${fields.activity_id} ${fields.type_name.split(": ")[1]} | ${fields.severity} | ${fields.status} |`,
  )
  .join("\n")}
`;
}

/** Attributes of events that one version has and the other has not. */
function differences(): string[] {
  const [older, newer] = (["1.5.0", "1.8.0"] as const).map(schemaOf);
  const rows = Object.entries(CLASSES).flatMap(([name, { caption }]) =>
    Object.keys(columnsOf(name as keyof typeof CLASSES))
      .filter((attribute) => !(attribute in propertiesOf(older, name)))
      .map(
        (attribute) =>
          `| ${caption}: \`${attribute}\` | ${attribute in propertiesOf(newer, name) ? "absent; what it would have is in `unmapped`" : ""} | present |`,
      ),
  );
  return [
    ...rows,
    "| `user.type_id` of an app that is granted scopes | 99 (Other) | 4 (Service) |",
  ];
}

type Schema = { $defs: Record<string, { properties: Record<string, unknown> }> };

function schemaOf(version: string): Schema {
  const packed = readFileSync(new URL(`../ocsf/schemas/${version}.json.gz`, import.meta.url));
  return JSON.parse(gunzipSync(packed).toString());
}

function propertiesOf(schema: Schema | undefined, name: string): Record<string, unknown> {
  return schema?.$defs[`class_${name}`]?.properties ?? {};
}

/** Names that are not in every class. */
function ownAttributes(name: keyof typeof CLASSES): string[] {
  const everywhere = Object.keys(columnsOf("authentication")).filter((attribute) =>
    Object.keys(CLASSES).every((other) => attribute in columnsOf(other as keyof typeof CLASSES)),
  );
  return Object.entries(columnsOf(name))
    .filter(([attribute]) => !everywhere.includes(attribute))
    .map(([attribute, type]: [string, ColumnType]) =>
      Array.isArray(type) ? `\`${attribute}[]\`` : `\`${attribute}\``,
    );
}
