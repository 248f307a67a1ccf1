import type {
  AnomalyReason,
  AppPermission,
  AppRequest,
  AppRule,
  Audience,
  ChannelReference,
  Enabled,
  IpAddressDetail,
  Profile,
  RetentionPolicy,
  SharedWith,
  SpaceFileId,
} from "./detail-shapes.ts";
import type { User } from "./entities.ts";
import type { Actor } from "./entry.ts";
import type { Open, OpenName } from "./open.ts";

/**
 * What else Slack tells about an action: one flat bag for all of them, so each
 * entry has few of these fields.
 */
export interface Details extends Open {
  type?: string;
  name?: string;
  /** What was done, or the rule's outcome (`app_allowlist_rule_created`). */
  action?: string | Open;
  actor?: string;
  status?: string;
  success?: boolean;
  is_error?: boolean;
  label?: string;
  source?: string;
  md?: Open;
  attributes?: unknown[];
  duration?: number;
  /** A string, or an array of anomaly reasons. */
  reason?: string | AnomalyReason[];
  /** An array in a JSON string in some entries. */
  entity_ids?: string | string[] | Open;
  entity_type?: string;
  entity_team?: string;
  /** Over what: of `role_assigned`, for example. */
  target_entity?: string | Open;
  target_entity_id?: string;

  // Changed settings: string, boolean, null, array or object.
  new_value?: unknown;
  previous_value?: unknown;
  pref_name?: string;
  permission_key?: string;
  permission_type?: string;
  changed_permissions?: unknown[];
  permissions_updated?: boolean;
  policy_name?: string;
  config_type?: string;
  access_level?: string;
  who_can_post?: Audience;
  can_thread?: Audience;
  who_can_dm_anyone?: Audience;
  can_huddle?: Enabled;
  enable_at_here?: Enabled;
  enable_at_channel?: Enabled;
  old_retention_policy?: RetentionPolicy;
  new_retention_policy?: RetentionPolicy;

  // Apps, workflows, scopes and approvals.
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
  matched_rule?: AppRule;
  request?: AppRequest;
  rules_checked?: unknown[];
  added_to_allow?: unknown[];
  connectors_enabled?: unknown[];
  connectors_disabled?: unknown[];
  /** A boolean, or `ALLOWED` in `permissions_assigned`. */
  is_allowed?: boolean | OpenName<"ALLOWED">;
  decision?: string;
  trigger_id?: string;
  trigger_config?: Open;
  executor_id?: string;
  initiated_by?: string;
  provider_key?: string;
  service_type?: string;
  functions?: unknown[];
  functions_added?: unknown[];
  workflows?: unknown[];
  workflows_added?: unknown[];
  datastore_name?: string;
  datastores?: unknown[];
  datastores_added?: unknown[];
  variable_names?: string[];
  is_slack_provided_template?: boolean;
  template_title?: string;

  // MCP servers, tools and agents.
  tool?: string;
  tool_name?: string;
  arguments?: Open;
  argument_keys?: string[];
  destructive?: boolean;
  read_only?: boolean;
  skill_id?: string;
  server_name?: string;
  server_url?: string;
  mcp_client_inferred_behavior?: string;
  mcp_server_allowlist_domains?: string[];

  // People, invitations and shared channels. The first two come as a user or as `{type, user}`.
  inviter?: User | Actor;
  kicker?: User | Actor;
  invite_id?: string;
  target_user?: string;
  target_user_id?: string;
  user_id?: string;
  user?: string;
  user_ids?: string[];
  email?: string;
  is_external_user?: boolean;
  affected_users?: Open | string[];
  subteam?: string;
  added_user_count?: number;
  added_user_error_count?: number;
  reactivated_user_count?: number;
  removed_user_count?: number;
  removed_user_error_count?: number;
  total_removal_count?: number;
  workspace_member_count?: number;
  /** An array, or an array written as a JSON string; `decodeList` reads both. */
  succeeded_users?: string | string[];
  /** An array, or an array written as a JSON string. */
  failed_users?: string | string[];
  external_organization_id?: string;
  external_organization_name?: string;
  external_user_id?: string;
  external_user_email?: string;
  is_external_limited?: boolean;
  previous_profile?: Profile;
  new_profile?: Profile;

  // Places.
  channel?: string;
  channel_id?: string;
  /** Ids, or objects in entries about Slack's AI features. */
  channels?: unknown[];
  channel_ids?: string[];
  /** Ids, or objects in `private_message_forwarded`. */
  source_channel?: string | ChannelReference;
  destination_channel?: string | ChannelReference;
  source_message?: string | Open;
  linked_channel_id?: string;
  thread_ts?: string;
  is_ext_shared?: boolean;
  is_flagged?: string | boolean;
  shared_with?: SharedWith;
  teams_shared_with?: string[];
  team?: string;
  enterprise?: string;
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
  cloned_file_id?: string;
  space_file_id?: SpaceFileId;
  folder_bookmark_id?: string;
  is_channel_canvas?: boolean;
  row_id?: string;
  column_id?: string;
  view_id?: string;
  /** Epoch seconds. */
  cell_date_updated?: number;
  uri?: string;
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
  authentication_mode?: string;
  idp_entity_id?: string;
  idp_entity_id_hash?: string;
  idp_group_member_count?: number;
  /** Epoch seconds. */
  session_search_start?: number;
  /** Epoch seconds. */
  deprecation_search_end?: number;

  // Salesforce.
  salesforce_edition?: string;
  salesforce_org_config?: Open;
  salesforce_org_id?: string;
  salesforce_tenant_guid?: string;

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
  ip_address_details?: IpAddressDetail[];
  client_ja3_fingerprint?: string;
  client_ja4_fingerprint?: string;
  /** `interface-downgrade`, for example. */
  user_agent_change_details?: string | string[] | Open;
  detected_client?: string;
  detected_os?: string;
  api_call_method?: string;
}
