/**
 * The fields of an entry, whatever its shape: Slack's fields are absent, null or of
 * another type so often that no rule reads them directly.
 *
 * In texts for people a name stands in quotation marks: whoever chooses it could write
 * a sentence that accuses somebody else.
 */
import type { AuditLogEntry } from "../slack/types.ts";
import { valueAt } from "./entry-line.ts";

/** @returns nothing unless there is a non-empty string or a number at the path */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === "number" || (typeof found === "string" && found !== "")
    ? String(found)
    : undefined;
}

/** The strings at a path where Slack sends an array, a JSON array in a string, or one bare string. */
export function textsAt(value: unknown, ...path: string[]): string[] {
  const found = valueAt(value, path);
  if (typeof found !== "string") {
    return Array.isArray(found) ? found.filter((item) => typeof item === "string") : [];
  }
  return found.startsWith("[") ? textsAt(parseOr(found, [found])) : [found];
}

function parseOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/** Id of who did it. */
export function actorId(entry: AuditLogEntry): string {
  return textAt(entry, "actor", "user", "id") ?? "unknown";
}

/** Who did it, as a text for people. */
export function actorName(entry: AuditLogEntry): string {
  const id = actorId(entry);
  if (id === "USLACKUSER") {
    return "No user";
  }
  if (id === "USLACKSECURITY") {
    return "Slack";
  }
  return personName(valueAt(entry, ["actor", "user"])) ?? "An unknown user";
}

/** The user it was done to, as a text for people. */
export function targetPersonName(entry: AuditLogEntry): string {
  return personName(valueAt(entry, ["entity", "user"])) ?? "An unknown user";
}

/** Whether Slack itself did it, or nobody. */
export function isSlack(entry: AuditLogEntry): boolean {
  return ["USLACKUSER", "USLACKSECURITY"].includes(actorId(entry));
}

/** `user`, `app`, `channel`, …; an open set. */
function entityType(entry: AuditLogEntry): string {
  return textAt(entry, "entity", "type") ?? "unknown";
}

/** What it was done to: it is under the name of its type, which may be any text. */
function entityOf(entry: AuditLogEntry): unknown {
  return valueAt(valueAt(entry, ["entity"]), [entityType(entry)]);
}

/** Id of what it was done to; of a message `<channel>/<timestamp>`, of a token its provider's. */
export function entityId(entry: AuditLogEntry): string {
  const entity = entityOf(entry);
  return (
    textAt(entity, "id") ?? idOfMessage(entity) ?? textAt(entity, "provider", "id") ?? "unknown"
  );
}

/** A message has no id of its own: its channel and its time name it. */
function idOfMessage(entity: unknown): string | undefined {
  const parts = [textAt(entity, "channel"), textAt(entity, "timestamp")];
  return parts.includes(undefined) ? undefined : parts.join("/");
}

/** What it was done to, as a text for people: `app "Notion"`, `an unknown user`. */
export function entityName(entry: AuditLogEntry): string {
  const type = entityType(entry);
  const entity = entityOf(entry);
  const kind = type === "unknown" ? "entity" : type.replaceAll("_", " ");
  const name = type === "user" ? personName(entity) : thingName(entity);
  return name === undefined ? `an unnamed ${kind}` : `${kind} ${name}`;
}

/** What is meant, and where, as a text for people: `role "Analyst" for U1 (T1) in "Example"`. */
export function targetName(entry: AuditLogEntry): string {
  return `${entityName(entry)}${namedInDetails(entry)} in ${locationName(entry)}`;
}

/**
 * What a setting belongs to, as a text for people: `"Example"` when that is the workspace or
 * organization itself, else like {@link targetName}: `channel "deals" in "Example"`.
 */
export function placeName(entry: AuditLogEntry): string {
  return isOfPlace(entry) ? locationName(entry) + namedInDetails(entry) : targetName(entry);
}

function namedInDetails(entry: AuditLogEntry): string {
  return nameList(" for ", peopleNamed(entry)) + nameList(" (", thingsNamed(entry), ")");
}

/** Whether the entity is the workspace or organization where it was done, or says nothing more. */
function isOfPlace(entry: AuditLogEntry): boolean {
  const type = entityType(entry);
  return (
    type === "unknown" ||
    ((type === "enterprise" || type === "workspace") &&
      [entityId(entry), textAt(entityOf(entry), "name")].some(
        (place) => place === locationId(entry) || place === location(entry),
      ))
  );
}

function nameList(before: string, names: readonly string[], after = ""): string {
  return names.length === 0 ? "" : `${before}${names.map(bareOrQuoted).join(", ")}${after}`;
}

/** Ids of the people that the details name: who got a role, whose sessions were ended. */
function peopleNamed(entry: AuditLogEntry): string[] {
  return textsIn(entry, ["target_user", "target_user_id", "succeeded_users", "user_ids"]);
}

/** What else the details name: over what a role is, which policy, which outsider. */
function thingsNamed(entry: AuditLogEntry): string[] {
  return textsIn(entry, [
    "target_entity",
    "policy_name",
    "entity_ids",
    "changed_permissions",
    "idp_config_id",
    "external_organization_name",
    "external_organization_id",
    "external_user_email",
    "external_user_id",
  ]);
}

function textsIn(entry: AuditLogEntry, fields: readonly string[]): string[] {
  const texts = fields.flatMap((field) => [
    ...textsAt(entry, "details", field),
    textAt(entry, "details", field, "id") ?? "",
  ]);
  return [...new Set(texts)].filter((text) => text !== "");
}

/** Name of the workspace or organization where it was done, as it is. */
export function location(entry: AuditLogEntry): string {
  return textAt(entry, "context", "location", "name") ?? locationId(entry) ?? "an unknown place";
}

/** The workspace or organization where it was done, as a text for people. */
export function locationName(entry: AuditLogEntry): string {
  const name = textAt(entry, "context", "location", "name");
  return name === undefined ? location(entry) : quoted(name);
}

function locationId(entry: AuditLogEntry): string | undefined {
  return textAt(entry, "context", "location", "id");
}

/** The organization outside that a channel is shared with, as a text for people. */
export function externalOrganizationName(entry: AuditLogEntry): string {
  const name = textAt(entry, "details", "external_organization_name");
  return name === undefined ? "an external organization" : quoted(name);
}

/** Scopes that an app has now and did not have before; all of them when the entry has no earlier scopes. */
export function addedScopes(entry: AuditLogEntry): string[] {
  const before = new Set([
    ...textsAt(entry, "details", "previous_scopes"),
    ...textsAt(entry, "details", "old_scopes"),
  ]);
  return ["new_scopes", "scopes", "bot_scopes"]
    .flatMap((field) => textsAt(entry, "details", field))
    .filter((scope) => !before.has(scope));
}

/**
 * The action, who did it, to what, where, and what the details name: whoever or whatever
 * the title tells apart is an alert of its own.
 */
export function targetKey(entry: AuditLogEntry): string {
  return key(
    entry.action,
    actorId(entry),
    entityId(entry),
    locationId(entry),
    ...peopleNamed(entry),
    ...thingsNamed(entry),
    JSON.stringify(
      valueAt(entry, ["details", "new_value"]) ??
        valueAt(entry, ["details", "new_retention_policy"]),
    ),
  );
}

/** The action and who did it: for what one person does to many things at once. */
export function actorKey(entry: AuditLogEntry): string {
  return key(entry.action, actorId(entry));
}

/** The parts as one text that no other parts produce. */
function key(...parts: (string | undefined)[]): string {
  return JSON.stringify(parts);
}

/** In quotation marks; what looks like one inside becomes an apostrophe. */
export function quoted(name: string): string {
  return `"${name.replace(/['"\p{Pi}\p{Pf}„″‶ʺ˝〝〞〟＂]+/gu, "'")}"`;
}

/** An id or an e-mail address as it is; what could be more than one word in quotation marks. */
function bareOrQuoted(text: string): string {
  return /^[\w.@+:/-]+$/.test(text) ? text : quoted(text);
}

function personName(user: unknown): string | undefined {
  const name = textAt(user, "name");
  const email = textAt(user, "email");
  if (name !== undefined) {
    return email === undefined ? quoted(name) : `${quoted(name)} (${bareOrQuoted(email)})`;
  }
  const address = email ?? textAt(user, "id");
  return address === undefined ? undefined : bareOrQuoted(address);
}

function thingName(entity: unknown): string | undefined {
  const name = textAt(entity, "name") ?? textAt(entity, "title") ?? textAt(entity, "template_name");
  const id = textAt(entity, "provider", "key") ?? textAt(entity, "id") ?? idOfMessage(entity);
  if (name !== undefined) return quoted(name);
  return id === undefined ? undefined : bareOrQuoted(id);
}
