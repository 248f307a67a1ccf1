import type { Identified } from "./entities.ts";
import type { Open, OpenName } from "./open.ts";

/**
 * Why Slack holds an action to be anomalous. `search_volume` is deprecated: Slack
 * gives it no more since 2025-05-02, and older entries have it.
 *
 * @see https://docs.slack.dev/reference/audit-logs-api/anomalous-events-reference
 */
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

/** What Slack says of an anomalous address. */
export type IpAddressDetail = OpenName<"cloud-asn" | "in-ioc-list" | "new-asn">;

/** A channel in the details of a forwarded message. */
export interface ChannelReference extends Identified {
  name?: string;
  privacy?: OpenName<"public" | "private" | "DM" | "MPDM">;
}

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
  resource?: AppResource;
  scopes?: string[];
}

export interface AppResource extends Open {
  type?: string;
  grant?: AppGrant;
}

export interface AppGrant extends Open {
  type?: string;
  resource_id?: string;
  wildcard?: Open & { type?: string };
}

/** The rule for approvals that matched an app. */
export interface AppRule extends Identified {
  team_id?: string;
  title?: string;
  action?: Open & { resolution?: Open & { value?: string }; notify?: unknown[] };
  condition?: AppRuleCondition;
}

export interface AppRuleCondition extends Open {
  datatype?: string;
  operator?: string;
  values?: unknown[];
  entity_type?: string;
}

export interface AppRequest extends Identified {
  team_id?: string;
}

export interface SharedWith extends Open {
  channel_id?: string;
  access_level?: string;
}

export interface SpaceFileId extends Open {
  payload?: string;
}

export interface Profile extends Open {
  real_name?: string;
  first_name?: string;
  last_name?: string;
  display_name?: string;
  image_original?: string;
  image_24?: string;
  image_32?: string;
  image_48?: string;
  image_72?: string;
  image_192?: string;
  image_512?: string;
  image_1024?: string;
}
