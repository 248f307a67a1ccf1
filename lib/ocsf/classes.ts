/**
 * The classes of OCSF that entries become, as far as they are used here. What is written is
 * checked against the published schemas: test/ocsf and .ci/ocsf.sh.
 *
 * @see https://schema.ocsf.io/1.5.0/
 */

/** Security Lake and AWS's pipelines read the first; the second is the newest. */
export const SCHEMA_VERSIONS = ["1.5.0", "1.8.0"] as const;
export type SchemaVersion = (typeof SCHEMA_VERSIONS)[number];
export const DEFAULT_SCHEMA_VERSION: SchemaVersion = "1.5.0";

/** Extensions of the classes that every event declares: `cloud` has the workspace, `host` the actor and the device. */
export const PROFILES = ["cloud", "host"] as const;

export const CATEGORIES = {
  2: "Findings",
  3: "Identity & Access Management",
  6: "Application Activity",
} as const;

export interface OcsfClass {
  uid: number;
  caption: string;
  category: keyof typeof CATEGORIES;
  /** Ids by caption; 99, Other, is in every class. */
  activities: Readonly<Record<string, number>>;
  /** Where the address of the client is. */
  address: "src_endpoint" | "device";
  /** First version that has a place for the user agent. */
  userAgentSince?: SchemaVersion;
}

const OTHER_ACTIVITY = 99;

const IN_EVERY_VERSION = SCHEMA_VERSIONS[0];

/** By the schema's own names. */
export const CLASSES = {
  account_change: {
    uid: 3001,
    caption: "Account Change",
    category: 3,
    activities: {
      Create: 1,
      Enable: 2,
      "Password Reset": 4,
      Disable: 5,
      "Attach Policy": 7,
      "Detach Policy": 8,
      "MFA Factor Enable": 10,
      "MFA Factor Disable": 11,
      Other: OTHER_ACTIVITY,
    },
    address: "src_endpoint",
    userAgentSince: IN_EVERY_VERSION,
  },
  authentication: {
    uid: 3002,
    caption: "Authentication",
    category: 3,
    activities: { Logon: 1, Logoff: 2, Other: OTHER_ACTIVITY },
    address: "src_endpoint",
    userAgentSince: IN_EVERY_VERSION,
  },
  entity_management: {
    uid: 3004,
    caption: "Entity Management",
    category: 3,
    activities: {
      Create: 1,
      Update: 3,
      Delete: 4,
      Move: 5,
      Enroll: 6,
      Unenroll: 7,
      Enable: 8,
      Disable: 9,
      Activate: 10,
      Deactivate: 11,
      Other: OTHER_ACTIVITY,
    },
    address: "src_endpoint",
    userAgentSince: IN_EVERY_VERSION,
  },
  user_access: {
    uid: 3005,
    caption: "User Access Management",
    category: 3,
    activities: { "Assign Privileges": 1, "Revoke Privileges": 2, Other: OTHER_ACTIVITY },
    address: "src_endpoint",
    userAgentSince: IN_EVERY_VERSION,
  },
  group_management: {
    uid: 3006,
    caption: "Group Management",
    category: 3,
    activities: {
      "Assign Privileges": 1,
      "Revoke Privileges": 2,
      "Add User": 3,
      "Remove User": 4,
      Other: OTHER_ACTIVITY,
    },
    address: "src_endpoint",
    userAgentSince: IN_EVERY_VERSION,
  },
  web_resources_activity: {
    uid: 6001,
    caption: "Web Resources Activity",
    category: 6,
    activities: {
      Create: 1,
      Read: 2,
      Update: 3,
      Delete: 4,
      Import: 6,
      Export: 7,
      Share: 8,
      Other: OTHER_ACTIVITY,
    },
    address: "src_endpoint",
    userAgentSince: IN_EVERY_VERSION,
  },
  application_lifecycle: {
    uid: 6002,
    caption: "Application Lifecycle",
    category: 6,
    activities: {
      Install: 1,
      Remove: 2,
      Enable: 6,
      Disable: 7,
      Update: 8,
      Other: OTHER_ACTIVITY,
    },
    address: "device",
  },
  api_activity: {
    uid: 6003,
    caption: "API Activity",
    category: 6,
    activities: { Create: 1, Read: 2, Update: 3, Delete: 4, Other: OTHER_ACTIVITY },
    address: "src_endpoint",
    userAgentSince: IN_EVERY_VERSION,
  },
  file_hosting: {
    uid: 6006,
    caption: "File Hosting Activity",
    category: 6,
    activities: {
      Upload: 1,
      Download: 2,
      Update: 3,
      Delete: 4,
      Rename: 5,
      Copy: 6,
      Restore: 8,
      Share: 12,
      Unshare: 13,
      Open: 14,
      Other: OTHER_ACTIVITY,
    },
    address: "src_endpoint",
    userAgentSince: "1.8.0",
  },
  detection_finding: {
    uid: 2004,
    caption: "Detection Finding",
    category: 2,
    activities: { Create: 1 },
    address: "device",
  },
  data_security_finding: {
    uid: 2006,
    caption: "Data Security Finding",
    category: 2,
    activities: { Create: 1, Close: 3 },
    address: "src_endpoint",
  },
} as const satisfies Record<string, OcsfClass>;

export type ClassName = keyof typeof CLASSES;
export const CLASS_NAMES = Object.keys(CLASSES) as ClassName[];

/** Captions of the activities of a class. */
export type ActivityOf<Name extends ClassName> = keyof (typeof CLASSES)[Name]["activities"] &
  string;

export const SEVERITIES = {
  Informational: 1,
  Low: 2,
  Medium: 3,
  High: 4,
  Critical: 5,
} as const;
export type SeverityCaption = keyof typeof SEVERITIES;

/** Of everything but findings. */
export const STATUSES = { Unknown: 0, Success: 1, Failure: 2 } as const;
/** Of findings. */
export const FINDING_STATUSES = { New: 1, Resolved: 4 } as const;
