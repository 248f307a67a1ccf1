import type { ListedActions } from "./listed-actions.ts";
import type { OpenName } from "./open.ts";

/** Seen in entries or documented, and not in the list that Slack gives. */
type UnlistedAction =
  | "app_resources_added"
  | "email_change_confirmed"
  | "email_change_created"
  | "pre.max_guest_duration"
  | "pref.display_email_addresses"
  | "pref.invites_only_admins"
  | "salesforce_org_deleted"
  | "salesforce_org_upserted"
  | "salesforce_record_transferred"
  | "slack_ai_agent_stream_stopped";

export type ActionCategory = keyof ListedActions;

/** The actions that are known today. */
export type KnownAction = ListedActions[ActionCategory] | UnlistedAction;

/** An action; Slack adds some every month. */
export type ActionName = OpenName<KnownAction>;
