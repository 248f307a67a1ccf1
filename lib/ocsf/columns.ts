import type { ClassName } from "./classes.ts";

/**
 * The type of an attribute in columns: of OCSF's, with `unique` for a text that hardly two events
 * share, `json` for any JSON value as its text, and `map` for an object whose members nobody knows
 * beforehand: the path of each leaf, with its text.
 */
export type ColumnType =
  | "string"
  | "unique"
  | "integer"
  | "long"
  | "boolean"
  | "json"
  | "map"
  | readonly [ColumnType]
  | { readonly [attribute: string]: ColumnType };

const NAMED = { uid: "string", name: "string", type: "string" } as const;
const USER = {
  ...NAMED,
  email_addr: "string",
  org: { uid: "string" },
  type_id: "integer",
} as const;
const FINDING = {
  finding_info: {
    uid: "string",
    title: "string",
    types: ["string"],
    desc: "string",
    src_url: "string",
    created_time: "long",
    first_seen_time: "long",
    last_seen_time: "long",
    analytic: { uid: "string", name: "string", type: "string", type_id: "integer" },
    attacks: [
      {
        technique: { uid: "string", name: "string", src_url: "string" },
        tactic: { uid: "string", name: "string" },
      },
    ],
    related_events: [{ uid: "unique", type: "string" }],
  },
  is_alert: "boolean",
} as const;
const FILE = {
  ...NAMED,
  desc: "string",
  ext: "string",
  hashes: [{ algorithm: "string", algorithm_id: "integer", value: "string" }],
  type_id: "integer",
} as const;
const MANAGED = { ...NAMED, user: USER, data: "json", type_id: "integer" } as const;
const LOCATED = { ip: "string", name: "string", location: { country: "string" } } as const;
const SRC_ENDPOINT = {
  src_endpoint: { ...LOCATED, autonomous_system: { number: "integer", name: "string" } },
} as const;
const DEVICE = { device: { ...LOCATED, type: "string", type_id: "integer" } } as const;
const HTTP_REQUEST = { http_request: { user_agent: "string" } } as const;
const CLIENT = { ...SRC_ENDPOINT, ...HTTP_REQUEST } as const;

type Columns = Readonly<Record<string, ColumnType>>;

const IN_EVERY_CLASS: Columns = {
  time: "long",
  metadata: {
    version: "string",
    product: { name: "string", vendor_name: "string" },
    profiles: ["string"],
    log_name: "string",
    log_provider: "string",
    tenant_uid: "string",
    uid: "unique",
    event_code: "string",
    original_time: "string",
  },
  class_uid: "integer",
  class_name: "string",
  category_uid: "integer",
  category_name: "string",
  activity_id: "integer",
  activity_name: "string",
  type_uid: "long",
  type_name: "string",
  severity_id: "integer",
  severity: "string",
  status_id: "integer",
  status: "string",
  actor: {
    user: USER,
    session: { uid: "string" },
    app_uid: "string",
    app_name: "string",
  },
  cloud: {
    provider: "string",
    account: { ...NAMED, type_id: "integer" },
  },
  unmapped: "map",
  raw_data: "unique",
  enrichments: [{ name: "string", value: "string", type: "string", data: "json" }],
};

const OF_CLASS: Record<ClassName, Columns> = {
  authentication: {
    ...CLIENT,
    user: USER,
    service: { name: "string" },
    session: { uid: "string" },
    is_remote: "boolean",
  },
  account_change: { ...CLIENT, user: USER },
  user_access: { ...CLIENT, user: USER, privileges: ["string"], resources: [NAMED] },
  group_management: { ...CLIENT, group: NAMED, user: USER, resource: NAMED },
  entity_management: { ...CLIENT, entity: MANAGED, entity_result: MANAGED },
  file_hosting: { ...CLIENT, file: FILE },
  web_resources_activity: { ...CLIENT, web_resources: [NAMED] },
  application_lifecycle: { ...DEVICE, app: { uid: "string", name: "string" } },
  api_activity: {
    ...CLIENT,
    api: { operation: "string", service: { name: "string" } },
    resources: [NAMED],
  },
  detection_finding: {
    ...DEVICE,
    ...FINDING,
    resources: [NAMED],
    // Of the alerts of our rules.
    start_time: "long",
    end_time: "long",
    count: "integer",
    message: "string",
  },
  data_security_finding: {
    ...SRC_ENDPOINT,
    ...FINDING,
    file: FILE,
    data_security: { detection_system: "string", detection_system_id: "integer" },
    resources: [NAMED],
  },
};

/** What the events of any class have: in one table of all classes. */
export function columnsOfAll(): Columns {
  return Object.assign(
    {},
    ...Object.values(OF_CLASS).map((columns) => ({ ...IN_EVERY_CLASS, ...columns })),
  );
}

/** What the events of a class have, in either version, in the order of the columns. */
export function columnsOf(className: ClassName): Columns {
  return { ...IN_EVERY_CLASS, ...OF_CLASS[className] };
}
