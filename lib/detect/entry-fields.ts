/**
 * The fields of an entry, whatever its shape: Slack's fields are absent, null or of
 * another type so often that no rule reads them directly.
 */
import type { AuditLogEntry } from "../slack/types.ts";

/** The value at a path of field names; nothing when a part of the path is not an object. */
function valueAt(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (current, field) =>
      typeof current === "object" && current !== null && Object.hasOwn(current, field)
        ? (current as Record<string, unknown>)[field]
        : undefined,
    value,
  );
}

/** @returns nothing unless there is a non-empty string or a number at the path */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" || (typeof found === "string" && found !== "")
    ? String(found)
    : undefined;
}

/** The strings at a path where Slack sends an array, a JSON array in a string, or one bare string. */
export function textsAt(value: unknown, ...path: string[]): string[] {
  const found = valueAt(value, ...path);
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
  return personName(valueAt(entry, "actor", "user")) ?? "An unknown user";
}

/** `user`, `app`, `channel`, …; an open set. */
function entityType(entry: AuditLogEntry): string {
  return textAt(entry, "entity", "type") ?? "unknown";
}

/** Id of what it was done to. */
export function entityId(entry: AuditLogEntry): string {
  return textAt(entry, "entity", entityType(entry), "id") ?? "unknown";
}

/** What it was done to, as a text for people: `app "Notion"`, `an unknown user`. */
export function entityName(entry: AuditLogEntry): string {
  const type = entityType(entry);
  const entity = valueAt(entry, "entity", type);
  const kind = type === "unknown" ? "entity" : type.replaceAll("_", " ");
  const name = type === "user" ? personName(entity) : (textAt(entity, "name") ?? nameless(entity));
  return name === undefined ? `an unnamed ${kind}` : `${kind} ${name}`;
}

/** Name of the workspace or organization where it was done. */
export function locationName(entry: AuditLogEntry): string {
  return (
    textAt(entry, "context", "location", "name") ??
    textAt(entry, "context", "location", "id") ??
    "an unknown place"
  );
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

/** One setting, changed by one person in one place to one value. */
export function settingKey(entry: AuditLogEntry): string {
  return key(
    entry.action,
    actorId(entry),
    textAt(entry, "context", "location", "id"),
    JSON.stringify(valueAt(entry, "details", "new_value")),
  );
}

/** The action, who did it, and what it was done to. */
export function actorEntityKey(entry: AuditLogEntry): string {
  return key(entry.action, actorId(entry), entityId(entry));
}

/** The action and who did it: for what one person does to many things at once. */
export function actorKey(entry: AuditLogEntry): string {
  return key(entry.action, actorId(entry));
}

/** The parts as one text that no other parts produce. */
function key(...parts: (string | undefined)[]): string {
  return JSON.stringify(parts);
}

function personName(user: unknown): string | undefined {
  const name = textAt(user, "name");
  const email = textAt(user, "email");
  return name !== undefined && email !== undefined
    ? `${name} (${email})`
    : (name ?? email ?? textAt(user, "id"));
}

function nameless(entity: unknown): string | undefined {
  return textAt(entity, "title") ?? textAt(entity, "template_name") ?? textAt(entity, "id");
}
