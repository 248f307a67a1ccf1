import type { WireEntry } from "../entries.ts";
import type { App, Entity, Inventory, Place } from "./inventory.ts";
import type { Origin, People, Person } from "./people.ts";
import type { Random } from "./random.ts";

/** Where and when something happens, and the random numbers for it. */
export interface Scene {
  epochSeconds: number;
  random: Random;
  people: People;
  inventory: Inventory;
}

/** An event, before it has an id. */
export interface Deed {
  action: string;
  actor: Person;
  entity: Entity;
  origin: Origin;
  location: Place;
  /** The app through which it was done. */
  app?: App | undefined;
  /** Any JSON. */
  details?: string | undefined;
}

/** The entry as Slack writes it. */
export function entryOf(deed: Deed, id: string, dateCreate: number): WireEntry {
  const { action, actor, entity, origin, location, app, details } = deed;
  return {
    id,
    dateCreate,
    action,
    actorId: actor.id,
    entityId: entity.id,
    text: `{"id":"${id}","date_create":${dateCreate},"action":"${action}","actor":{"type":"user","user":${actor.json}},"entity":${entity.json},"context":{"location":${location.locationJson},"ua":${origin.ua},"ip_address":"${origin.address}","session_id":${origin.session}${app === undefined ? "" : `,"app":${app.contextJson}`}}${details === undefined ? "" : `,"details":${details}`}}`,
  };
}

/** A person as an entity. */
export function userEntity(person: Person): Entity {
  return { id: person.id, json: `{"type":"user","user":${person.json}}` };
}
