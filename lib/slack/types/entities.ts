import type { Open, OpenName } from "./open.ts";

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

/** What it was done to: `type` names the field that holds it; entities without a type occur. */
export type Entity = Open & { type?: EntityType } & Partial<EntityShapes>;

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
  privacy: OpenName<"public" | "private" | "DM" | "MPDM">;
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
  barriered_from_usergroups?: string[];
  /** So in Slack's schema; entries have the list. */
  barriered_from_usergroup?: string;
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
