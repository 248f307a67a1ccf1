import type { ClassName, SchemaVersion } from "./classes.ts";
import type { Members, Remains, Text } from "./members.ts";

/** What it was done to. */
export interface Target {
  /** `user`, `file`, `app`, …; an open set. */
  type: string | undefined;
  /** What Slack says of it, below the name of its type. */
  fields: Members | undefined;
}

/** What of an entry the classes describe each in its own way. */
export interface TargetInput {
  remains: Remains;
  action: string;
  uid: Text | undefined;
  /** Epoch milliseconds. */
  time: number;
  version: SchemaVersion;
  privilege: string | undefined;
  actor: Members;
  entity: Target;
  details: Members | undefined;
}

/** What names a thing; `type` is Slack's word for what it is. */
type Named = {
  uid: Text | undefined;
  name: Text | string | undefined;
  type: Text | undefined;
};

const SYSTEM_USERS = ["USLACKUSER", "USLACKSECURITY"];

/** @see https://schema.ocsf.io/1.5.0/data_types, which is what a validator takes for an address */
const EMAIL = /^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$/;
const MD5 = /^[0-9a-fA-F]{32}$/;

const isEmail = (text: string) => EMAIL.test(text);
const isMd5 = (text: string) => MD5.test(text);

export function findEntity(remains: Remains): Target {
  const outer = remains.at(remains.entry, "entity");
  const text = remains.text(outer, "type");
  const type = text && remains.read(text);
  return { type, fields: type === undefined ? undefined : remains.at(outer, type) };
}

/** A user of Slack; whoever is not known is called so. */
export function takeUser(
  remains: Remains,
  user: Members | undefined,
  type: Text | undefined,
): Members {
  const uid = remains.takeText(user, "id");
  const name = remains.takeText(user, "name");
  const email = remains.takeTextLike(user, "email", isEmail);
  const team = remains.takeText(user, "team");
  const isKnown = uid !== undefined || name !== undefined;
  return {
    uid,
    name: isKnown ? name : "Unknown",
    email_addr: email,
    org: team === undefined ? undefined : { uid: team },
    type,
    type_id: !isKnown ? 0 : uid !== undefined && remains.ask(uid, isSystemUser) ? 3 : 1,
  };
}

function isSystemUser(uid: string): boolean {
  return SYSTEM_USERS.includes(uid);
}

/** What only events of this class have. */
export function describeTarget(className: ClassName, input: TargetInput): Members {
  return DESCRIBE[className](input);
}

const SERVICE = { name: "Slack" } as const;

const DESCRIBE: Record<ClassName, (input: TargetInput) => Members> = {
  authentication: (input) => ({
    user: userOf(input),
    service: SERVICE,
    is_remote: true,
    session: input.actor.session,
  }),

  account_change: (input) => ({ user: userOf(input) }),

  user_access: (input) => {
    const { remains, entity, details, privilege, action } = input;
    const scopes = ["new_scopes", "scopes", "bot_scopes"].flatMap((name) =>
      remains.takeTexts(details, name),
    );
    if (entity.type === "user" || entity.type === "app" || entity.type === undefined) {
      const user = entity.type === "app" ? appAsUser(input) : userOf(input);
      return { user, privileges: scopes.length > 0 ? scopes : [privilege ?? action] };
    }
    const resource = namedOf(input);
    const role = entity.type.includes("role") ? resource.name : undefined;
    const privileges = scopes.length > 0 ? scopes : [role ?? privilege ?? action];
    return { user: userOf(input), privileges, resources: [resource] };
  },

  group_management: (input) => {
    const { remains, entity, details } = input;
    if (entity.type === "usergroup") return { group: namedOf(input) };
    const uid = remains.takeText(details, "subteam");
    return {
      group: uid === undefined ? { name: "Unknown" } : { uid },
      user: entity.type === "user" ? userOf(input) : undefined,
      resource: entity.type === "user" || entity.type === undefined ? undefined : namedOf(input),
    };
  },

  entity_management: (input) => {
    const { remains, entity, details } = input;
    const before = firstOf(BEFORE, (name) => remains.takePresent(details, name));
    const after = firstOf(AFTER, (name) => remains.takePresent(details, name));
    const managed = {
      ...(entity.type === "user" ? { user: userOf(input) } : namedOf(input)),
      type_id: ENTITY_TYPES.get(entity.type ?? "") ?? 99,
    };
    return {
      entity: { ...managed, data: before },
      entity_result: after === undefined ? undefined : { ...managed, data: after },
    };
  },

  file_hosting: (input) => ({ file: fileOf(input) }),

  web_resources_activity: (input) => ({ web_resources: [namedOf(input)] }),

  application_lifecycle: (input) => {
    const { uid, name } = takeNamed(input);
    return { app: { uid, name } };
  },

  api_activity: (input) => ({
    api: { operation: input.action, service: SERVICE },
    resources: resourcesOf(input),
  }),

  detection_finding: (input) => ({
    finding_info: findingOf(input),
    is_alert: true,
    resources: resourcesOf(input),
  }),

  data_security_finding: (input) => ({
    finding_info: findingOf(input),
    is_alert: true,
    data_security: {
      detection_system: "Application-Level DLP",
      detection_system_id: 10,
    },
    file: input.entity.type === "file" ? fileOf(input) : undefined,
    resources: input.entity.type === "file" ? undefined : resourcesOf(input),
  }),
};

/** Settings as they were and as they are, by the names that Slack gives them. */
const BEFORE = ["previous_value", "old_retention_policy"];
const AFTER = ["new_value", "new_retention_policy"];

/** Ids of the schema for what can be managed; 99 is anything else. */
const ENTITY_TYPES: ReadonlyMap<string, number> = new Map([
  ["user", 2],
  ["usergroup", 3],
  ["workspace", 4],
  ["enterprise", 4],
  ["barrier", 5],
  ["legal_hold_policy", 5],
]);

/** The user it was done to: the entity, else whom the details name, else who did it. */
function userOf({ remains, entity, details, actor }: TargetInput): Members {
  if (entity.type === "user") {
    const type = takeType(remains);
    return takeUser(remains, entity.fields, type);
  }
  const named = firstOf(["target_user", "target_user_id"], (name) =>
    remains.takeText(details, name),
  );
  return named === undefined ? (actor.user as Members) : { uid: named, type_id: 1 };
}

/** Scopes are granted to an app. Version 1.5 has no id for a user that is a service. */
function appAsUser(input: TargetInput): Members {
  return { ...namedOf(input), type_id: input.version >= "1.8.0" ? 4 : 99 };
}

/** Its id, its name and its type, for classes that have a place for all three. */
function namedOf(input: TargetInput): Named {
  const { uid, name } = takeNamed(input);
  return { uid, name, type: takeType(input.remains) };
}

/** Slack names entities in several ways; a message by its channel and its time. */
function takeNamed({ remains, entity }: TargetInput): Omit<Named, "type"> {
  const { fields } = entity;
  const provider = remains.at(fields, "provider");
  const uid = remains.takeText(fields, "id") ?? remains.takeText(provider, "id");
  const name =
    firstOf(["name", "title", "template_name"], (member) => remains.takeText(fields, member)) ??
    remains.takeText(provider, "key");
  if (uid !== undefined || name !== undefined) return { uid, name };
  const channel = remains.text(fields, "channel");
  const timestamp = remains.text(fields, "timestamp");
  return channel !== undefined && timestamp !== undefined
    ? { uid: remains.join(channel, "/", timestamp), name }
    : { uid, name: "Unknown" };
}

function takeType(remains: Remains): Text | undefined {
  return remains.takeText(remains.at(remains.entry, "entity"), "type");
}

function resourcesOf(input: TargetInput): Members[] | undefined {
  return input.entity.type === undefined ? undefined : [namedOf(input)];
}

function fileOf(input: TargetInput): Members {
  const { remains, entity, details } = input;
  const { uid, name = uid ?? "Unknown", type } = namedOf(input);
  const title = remains.takeText(entity.fields, "title");
  const ext = remains.takeText(entity.fields, "filetype");
  const md5 = remains.takeTextLike(details, "md5_hash", isMd5);
  return {
    uid,
    name,
    type,
    desc: title,
    ext,
    hashes: md5 === undefined ? undefined : [{ algorithm: "MD5", algorithm_id: 1, value: md5 }],
    type_id: entity.type === "file" ? 1 : 99,
  };
}

function findingOf({ remains, action, uid, time, details }: TargetInput): Members {
  const reasons = remains.takeTexts(details, "reason");
  return {
    uid: uid ?? "unknown",
    title: remains.join(action, ...reasons.flatMap((reason) => [" ", reason])),
    types: reasons.length > 0 ? reasons : undefined,
    created_time: time,
    analytic: { name: action, type: "Other", type_id: 99 },
  };
}

function firstOf<T>(
  names: readonly string[],
  find: (name: string) => T | undefined,
): T | undefined {
  for (const name of names) {
    const found = find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
