/**
 * What Slack sends, as far as it is known.
 *
 * Every shape is open: Slack adds types, actions and fields without notice, and
 * whatever is not named here still reaches the caller, typed `unknown`. Fields
 * that Slack itself types in several ways are unions, or `unknown` on purpose:
 * look before you use them.
 *
 * @see https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference
 */

/** A JSON object whose other fields are not known. */
export interface Open {
  [field: string]: unknown;
}

/** A known name, for completion in editors, or any other that Slack comes up with. */
type OpenName<Known extends string> = Known | (string & Record<never, never>);

/** One audit log entry. */
export interface AuditLogEntry extends Open {
  /** Unique over the organization. */
  id: string;
  /** When it happened, epoch seconds. */
  date_create: number;
  /** What happened: `user_login`, `file_downloaded`, … `AuditLogsClient.actions` lists them. */
  action: string;
  actor: Actor;
  entity: Entity;
  context: Context;
  details?: Details;
}

/** Who did it. `USLACKUSER` stands for no one, `USLACKSECURITY` for Slack itself. */
export interface Actor extends Open {
  type: OpenName<"user">;
  user?: User;
}

/** The known kinds of entity. */
export interface EntityShapes {
  user: User;
  workspace: Team;
  enterprise: Team;
  file: File;
  channel: Channel;
  app: App;
  workflow: Named;
  workflow_v2: WorkflowV2;
  usergroup: Named;
  role: Role;
  account_type_role: AccountTypeRole;
  barrier: Barrier;
  message: Message;
  huddle: Huddle;
  canvas: Canvas;
  list: Identified;
  function: SlackFunction;
  template: Template;
  legal_hold_policy: Named;
  external_auth_oauth2_token: Open;
}

export type EntityType = OpenName<Extract<keyof EntityShapes, string>>;

/** What it was done to: `type` names the field that holds it. */
export type Entity = Open & { type: EntityType } & Partial<EntityShapes>;

export interface Identified extends Open {
  id: string;
}

export interface Named extends Identified {
  name: string;
}

export interface User extends Identified {
  name?: string;
  email?: string;
  /** Id of the user's home workspace or organization. */
  team?: string;
  account_type?: string;
}

/** A workspace or the organization. */
export interface Team extends Named {
  domain: string;
}

export interface File extends Named {
  filetype: string;
  title: string;
}

export interface Channel extends Named {
  privacy: OpenName<"public" | "private">;
  is_shared: boolean;
  is_org_shared: boolean;
  teams_shared_with?: string[];
  original_connected_channel_id?: string;
  is_salesforce_channel?: boolean;
}

export interface App extends Identified {
  name?: string;
  is_distributed?: boolean;
  is_directory_approved?: boolean;
  is_workflow_app?: boolean;
  scopes?: string[];
  scopes_bot?: string[];
  bot_scopes?: string[];
  creator?: string;
  team?: string;
  app_id?: string;
  distribution_type?: string;
  user_ids?: string[];
}

export interface WorkflowV2 extends Named {
  app_id: string;
  /** Epoch seconds. */
  date_updated: number;
  callback_id: string;
  updated_by: string;
  template_id?: string;
  step_configuration?: unknown[];
  suspicious_keywords?: string[];
  trigger_name?: string;
  trigger_channels?: string[];
  trigger_configuration?: Open;
}

export interface Role extends Named {
  type: string;
}

export interface AccountTypeRole extends Open {
  /** A number in recorded entries, a string in Slack's schema. */
  id: string | number;
  name: string;
}

export interface Barrier extends Identified {
  primary_usergroup: string;
  /** `barriered_from_usergroup`, a string, in Slack's schema. */
  barriered_from_usergroups?: string[];
  restricted_subjects?: string[];
}

export interface Message extends Open {
  team: string;
  channel: string;
  /** The message's `ts`. */
  timestamp: string;
}

export interface Huddle extends Identified {
  /** Epoch seconds. */
  date_start: number;
  /** Epoch seconds; 0 while it lasts. */
  date_end: number;
  participants: string[];
}

export interface Canvas extends Identified {
  filetype: string;
  title: string;
}

export interface SlackFunction extends Identified {
  app_id: string;
  callback_id: string;
}

export interface Template extends Identified {
  template_name: string;
}

/** Where and with what it was done. */
export interface Context extends Open {
  location: Location;
  /** User agent. */
  ua: string;
  /** Empty when Slack does not know it. */
  ip_address: string;
  /** A number above 2^32 in some entries, a string in others. */
  session_id?: string | number | null;
  /** The app that acted. */
  app?: App | null;
  acting_agent?: string;
  agent_message?: AgentMessage;
}

export interface Location extends Open {
  type: OpenName<"workspace" | "enterprise">;
  id: string;
  name: string;
  domain: string;
}

export interface AgentMessage extends Open {
  team: string;
  channel_id: string;
  message_ts: string;
  thread_ts?: string;
}

/**
 * What else Slack tells about an action: one flat bag for all of them, so each
 * entry has few of these fields.
 */
export interface Details extends Open {
  type?: string;
  name?: string;
  action?: string;
  duration?: number;
  /** A string, or an array of anomaly reasons. */
  reason?: string | AnomalyReason[];

  // Changed settings: string, boolean, null, array or object.
  new_value?: unknown;
  previous_value?: unknown;
  pref_name?: string;
  permission_key?: string;
  who_can_post?: Audience;
  can_thread?: Audience;
  who_can_dm_anyone?: Audience;
  can_huddle?: Enabled;
  enable_at_here?: Enabled;
  enable_at_channel?: Enabled;
  old_retention_policy?: RetentionPolicy;
  new_retention_policy?: RetentionPolicy;

  // Apps, scopes and approvals.
  app_id?: string;
  admin_app_id?: string;
  app_owner_id?: string;
  bot_id?: string;
  installer_user_id?: string;
  approver_id?: string;
  approval_type?: string;
  scopes?: string[];
  bot_scopes?: string[];
  new_scopes?: string[];
  old_scopes?: string[];
  previous_scopes?: string[];
  permissions?: AppPermission[];
  app_previously_approved?: boolean;
  app_previously_resolved?: boolean;
  cleared_resolution?: string;
  resolution?: string;
  granular_bot_token?: boolean;
  is_internal_integration?: boolean;
  is_token_rotation_enabled_app?: boolean;
  is_workflow?: boolean;
  new_version_id?: string;
  trigger?: string;
  matched_rule?: Open;
  request?: Open;
  rules_checked?: unknown[];

  // People, invitations and shared channels. The first two come as a user or as `{type, user}`.
  inviter?: User | Actor;
  kicker?: User | Actor;
  invite_id?: string;
  target_user?: string;
  target_user_id?: string;
  user_id?: string;
  /** An array, or an array written as a JSON string. */
  succeeded_users?: string | string[];
  /** An array, or an array written as a JSON string. */
  failed_users?: string | string[];
  external_organization_id?: string;
  external_organization_name?: string;
  external_user_id?: string;
  external_user_email?: string;
  is_external_limited?: boolean;
  previous_profile?: Open;
  new_profile?: Open;

  // Places.
  channel?: string;
  channel_id?: string;
  /** Ids, or objects in entries about Slack's AI features. */
  channels?: unknown[];
  shared_to?: string;
  origin_team?: string;
  target_team?: string;
  source_team?: string;
  destination_team?: string;
  added_team_id?: string;
  disconnecting_team?: string;

  // Files and exports.
  files?: unknown[];
  file_id?: string;
  url_private?: string;
  md5_hash?: string;
  export_type?: string;
  export_start_ts?: string;
  export_end_ts?: string;
  exporting_team_id?: number;

  // Sessions and sign-in.
  mobile_only?: boolean;
  web_only?: boolean;
  non_sso_only?: boolean;
  desktop_app_browser_quit?: boolean;
  /** Epoch seconds. */
  expires_on?: number;
  idp_config_id?: string;
  authentication_method?: string;
  secondary_authentication_method?: string;

  // Information barriers.
  barrier_id?: string;
  primary_usergroup_id?: string;
  barriered_from_usergroup_ids?: string[];
  restricted_subjects?: string[];

  // `action: "anomaly"`.
  /** Microseconds since the epoch in most entries, milliseconds in some; number or string. */
  action_timestamp?: number | string;
  location?: string;
  previous_ip_address?: string;
  previous_ua?: string;
  ip_address_details?: string[];
  client_ja3_fingerprint?: string;
}

/** Why Slack holds an action to be anomalous. */
export type AnomalyReason = OpenName<
  | "asn"
  | "excessive_downloads"
  | "excessive_file_shares"
  | "excessive_malware_uploads"
  | "ip_address"
  | "potential_spam"
  | "search_volume"
  | "session_fingerprint"
  | "spoofed_user_agent"
  | "tor"
  | "unexpected_admin_action"
  | "unexpected_api_call_volume"
  | "unexpected_client"
  | "unexpected_credential_testing"
  | "unexpected_message_deletion"
  | "unexpected_scraping"
  | "unexpected_user_agent"
  | "user_agent"
>;

export interface Audience extends Open {
  type?: string[];
  user?: string[];
}

export interface Enabled extends Open {
  enabled: boolean;
}

export interface RetentionPolicy extends Open {
  type: string;
  duration_days?: number;
}

export interface AppPermission extends Open {
  resource?: Open;
  scopes?: string[];
}

/** Body of `GET /logs`. */
export interface LogsBody extends Open {
  /** Newest first; may be empty on a page that others follow. */
  entries: AuditLogEntry[];
  response_metadata?: ResponseMetadata | null;
}

export interface ResponseMetadata extends Open {
  /** Empty, null or absent on the last page. */
  next_cursor?: string | null;
}

/** Body of `GET /schemas`. */
export interface SchemasBody extends Open {
  /** A type may stand here several times, with other fields. */
  schemas: EntitySchema[];
}

/** One kind of entity: `{type: "user", user: {id: "string", …}}`. */
export interface EntitySchema extends Open {
  type: EntityType;
}

/** Body of `GET /actions`. */
export interface ActionsBody extends Open {
  /** Action names by category. */
  actions: Record<string, string[]>;
}
