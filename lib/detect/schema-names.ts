/**
 * Slack's names: `action:<name>`, `entity:<type>`, and
 * `field:<path>` such as `field:entity.user.email` or `field:details.channels[].id`.
 * Announced by `/actions` and `/schemas`, and seen in entries.
 */
import type { ActionsBody, AuditLogEntry, SchemasBody } from "../slack/types.ts";

/** Names below this depth are details of details. */
const MAX_DEPTH = 5;

/** Slack has no name this long; anything longer is data. */
const MAX_NAME_LENGTH = 64;

/** Ids and other data in the place of a name. */
const NOT_A_NAME = /\d{3}|[^\w.-]|^[A-Z\d]{8,}$/;

/** The names that Slack announces. */
export function announcedNames(actions: ActionsBody, schemas: SchemasBody): Set<string> {
  const terms = new Set(
    Object.values(actions.actions)
      .flat()
      .map((name) => `action:${name}`),
  );
  for (const { type, ...shapes } of schemas.schemas) {
    terms.add(`entity:${type}`);
    const shape = shapes[type];
    for (const field of Object.keys(typeof shape === "object" && shape !== null ? shape : {})) {
      terms.add(`field:entity.${type}.${field}`);
    }
  }
  return terms;
}

/** Add the names in an entry. */
export function addSeenNames(terms: Set<string>, entry: AuditLogEntry): void {
  terms.add(`action:${toName(String(entry.action))}`);
  const type: unknown = entry.entity?.type;
  if (typeof type === "string") {
    terms.add(`entity:${toName(type)}`);
  }
  addFields(terms, entry, "field:", MAX_DEPTH);
}

function addFields(terms: Set<string>, value: unknown, prefix: string, depth: number): void {
  if (typeof value !== "object" || value === null || depth === 0) {
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) {
      addFields(terms, item, prefix.replace(/\.$/, "[]."), depth);
    }
    return;
  }
  for (const [field, inner] of Object.entries(value)) {
    const path = prefix + toName(field);
    terms.add(path);
    addFields(terms, inner, `${path}.`, depth - 1);
  }
}

/** `*` for data instead of a name, so that ids do not become names. */
function toName(text: string): string {
  return text === "" || text.length > MAX_NAME_LENGTH || NOT_A_NAME.test(text) ? "*" : text;
}
