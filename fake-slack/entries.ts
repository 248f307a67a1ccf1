import { toWireJson } from "./wire-json.ts";

/** An entry as the fake Slack holds it: its exact text, and what the listing sorts and filters by. */
export interface WireEntry {
  /** Absent when the text has no usable `id` and `date_create`: such an entry belongs in quarantine. */
  id: string | undefined;
  /** Epoch seconds; its place in a listing, whatever its text says. */
  dateCreate: number;
  action: string;
  actorId: string;
  entityId: string;
  /** Sent as it is. */
  text: string;
}

/** Where the fake Slack gets its entries. */
export interface EntrySource {
  /**
   * The entries visible at `now`, newest first; those of one second are together.
   *
   * @param oldest - epoch seconds, included
   * @param latest - epoch seconds, included
   * @param now - epoch seconds; later entries do not exist yet
   */
  newestFirst(oldest: number, latest: number, now: number): Iterable<WireEntry>;
}

/** What `makeEntry` takes; the rest is made up. */
export interface EntryFields {
  /** A new UUID when absent. */
  id?: string;
  /** Epoch seconds. @default 2026-03-02T09:00:00Z */
  dateCreate?: number;
  action?: string;
  actor?: Partial<Record<"id" | "name" | "email" | "team", string>>;
  /** The whole entity, `{ type, [type]: { id, … } }`; the actor when absent. */
  entity?: Record<string, unknown>;
  /** Fields that replace those of the made-up context. */
  context?: Record<string, unknown>;
  details?: unknown;
  /** Fields that Slack has not documented, added to the top level. */
  extra?: Record<string, unknown>;
}

/** A Monday morning, epoch seconds: the default time of made-up entries. */
export const MONDAY_MORNING = Date.UTC(2026, 2, 2, 9) / 1000;

let madeEntries = 0;

/** A well-formed entry of one user's login, or whatever `fields` says. */
export function makeEntry(fields: EntryFields = {}): WireEntry {
  madeEntries += 1;
  const {
    id = `00000000-0000-4000-8000-${madeEntries.toString(16).padStart(12, "0")}`,
    dateCreate = MONDAY_MORNING,
    action = "user_login",
    details,
    extra,
  } = fields;
  const actor = {
    id: "U0CHARLIE1",
    name: "Charlie Parker",
    email: "charlie.parker@example.com",
    team: "T0BIRDLAND",
    ...fields.actor,
  };
  const entity = fields.entity ?? { type: "user", user: actor };
  const value = {
    id,
    date_create: dateCreate,
    action,
    actor: { type: "user", user: actor },
    entity,
    context: {
      location: { type: "enterprise", id: "E0ELYSIUM1", name: "Elysium", domain: "elysium" },
      ua: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
      ip_address: "192.0.2.17",
      session_id: 847288190092,
      ...fields.context,
    },
    ...(details === undefined ? {} : { details }),
    ...extra,
  };
  return {
    id,
    dateCreate,
    action,
    actorId: actor.id,
    entityId: entityIdOf(entity),
    text: toWireJson(value),
  };
}

/**
 * A series of entries, oldest first.
 *
 * @param stepSeconds - between neighbours; 0 puts all of them in one second
 */
export function makeEntries(
  count: number,
  { from = MONDAY_MORNING, stepSeconds = 1, ...fields }: EntryRun = {},
): WireEntry[] {
  return Array.from({ length: count }, (_, i) =>
    makeEntry({ ...fields, dateCreate: from + i * stepSeconds }),
  );
}

/** @see makeEntries */
export interface EntryRun extends Omit<EntryFields, "id" | "dateCreate"> {
  /** Epoch seconds of the first one. */
  from?: number;
  stepSeconds?: number;
}

/**
 * An entry of exactly this text, for odd spacing, numbers above 2^53, unknown shapes.
 *
 * @throws {TypeError} if the text has no string `id` or no integer `date_create`
 */
export function entryOfText(text: string): WireEntry {
  const value = JSON.parse(text);
  if (typeof value.id !== "string" || !Number.isSafeInteger(value.date_create)) {
    throw new TypeError("the text of an entry needs a string id and an integer date_create");
  }
  return {
    id: value.id,
    dateCreate: value.date_create,
    action: String(value.action ?? ""),
    actorId: String(value.actor?.user?.id ?? ""),
    entityId: entityIdOf(value.entity ?? {}),
    text,
  };
}

/** What can be wrong with an entry that is valid JSON. */
export const ENTRY_PROBLEMS = [
  "no_id",
  "number_id",
  "empty_id",
  "no_date_create",
  "string_date_create",
  "fraction_date_create",
  "null_entry",
  "string_entry",
  "array_entry",
] as const;

export type EntryProblem = (typeof ENTRY_PROBLEMS)[number];

/**
 * An entry that cannot be keyed or placed in time.
 *
 * @param dateCreate - epoch seconds; its place in a listing
 */
export function makeMalformedEntry(
  problem: EntryProblem,
  dateCreate: number = MONDAY_MORNING,
): WireEntry {
  const entry = makeEntry({ dateCreate });
  return { ...entry, id: undefined, text: malformedText(problem, entry.text) };
}

function malformedText(problem: EntryProblem, text: string): string {
  const { id, date_create, ...rest } = JSON.parse(text);
  switch (problem) {
    case "no_id":
      return toWireJson({ date_create, ...rest });
    case "number_id":
      return toWireJson({ id: 1017, date_create, ...rest });
    case "empty_id":
      return toWireJson({ id: "", date_create, ...rest });
    case "no_date_create":
      return toWireJson({ id, ...rest });
    case "string_date_create":
      return toWireJson({ id, date_create: new Date(date_create * 1000).toISOString(), ...rest });
    case "fraction_date_create":
      return toWireJson({ id, date_create: date_create + 0.5, ...rest });
    case "null_entry":
      return "null";
    case "string_entry":
      return toWireJson(id);
    case "array_entry":
      return toWireJson([id, date_create]);
  }
}

function entityIdOf(entity: Record<string, unknown>): string {
  const body = entity[String(entity.type)];
  return typeof body === "object" && body !== null && "id" in body ? String(body.id) : "";
}
