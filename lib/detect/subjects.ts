import type { AuditLogEntry } from "../slack/types.ts";
import {
  actorId,
  actorName,
  entityId,
  isSlack,
  quoted,
  targetPersonName,
  textAt,
} from "./entry-fields.ts";

/** Whom or what entries have in common. */
export interface Subject {
  /** @returns nothing when the entry has none */
  id(entry: AuditLogEntry): string | undefined;
  /** For people. */
  name(entry: AuditLogEntry): string;
  /** Column of `audit_logs` that holds the id. */
  readonly column: string;
  /** Condition of SQL: entries of which that column may hold something else. */
  readonly unsure?: string;
  /** Which part of a suppression names it. */
  readonly kind: "actor" | "entity" | "address";
}

/** @returns nothing when the id is the filler for none */
export function known(id: string): string | undefined {
  return id === "unknown" ? undefined : id;
}

/**
 * Of SQL: where the id is no text or the filler for none, the entity may have another; and where it
 * has what ids of messages and tokens are made of, the column may have that of another type.
 */
const NO_ID = `(coalesce(entity_id, '') IN ('', 'true', 'false', 'unknown')
  OR contains(entity, '"message"') OR contains(entity, '"external_auth_oauth2_token"'))`;

function appName(name: string | undefined): string {
  return name === undefined ? "app without a name" : `app ${quoted(name)}`;
}

/** Who did it, unless Slack did. */
export const ACTOR: Subject = {
  id: (entry) => (isSlack(entry) ? undefined : known(actorId(entry))),
  name: actorName,
  column: "actor_id",
  kind: "actor",
};

/** The user it was done to. */
export const TARGET_USER: Subject = {
  id: (entry) => (textAt(entry, "entity", "type") === "user" ? known(entityId(entry)) : undefined),
  name: targetPersonName,
  column: "entity_id",
  unsure: `entity_type = 'user' AND ${NO_ID}`,
  kind: "actor",
};

/** Where it was done from. */
export const ADDRESS: Subject = {
  id: (entry) => textAt(entry, "context", "ip_address"),
  name: (entry) => textAt(entry, "context", "ip_address") ?? "an unknown address",
  column: "ip_address",
  kind: "address",
};

/** The session in which it was done. */
export const SESSION: Subject = {
  id: (entry) => (isSlack(entry) ? undefined : textAt(entry, "context", "session_id")),
  name: actorName,
  column: "session_id",
  kind: "actor",
};

/** The app it was done to. */
export const TARGET_APP: Subject = {
  id: (entry) => textAt(entry, "entity", "app", "id"),
  name: (entry) => appName(textAt(entry, "entity", "app", "name")),
  column: "entity_id",
  unsure: `entity_type IS DISTINCT FROM 'app' OR ${NO_ID}`,
  kind: "entity",
};

/** The app through which it was done. */
export const ACTING_APP: Subject = {
  id: (entry) => textAt(entry, "context", "app", "id"),
  name: (entry) => appName(textAt(entry, "context", "app", "name")),
  column: "app_id",
  kind: "entity",
};

/** Whom an anomaly is about: Slack names the user as the entity, or as the actor. */
export const ANOMALOUS_USER: Subject = {
  id: (entry) => TARGET_USER.id(entry) ?? ACTOR.id(entry),
  name: (entry) => (TARGET_USER.id(entry) === undefined ? ACTOR : TARGET_USER).name(entry),
  column: "coalesce(nullif(entity_id, ''), actor_id)",
  unsure: `entity_type IS DISTINCT FROM 'user' OR ${NO_ID}`,
  kind: "actor",
};
