import type { ActionName } from "./actions.ts";
import type { Details } from "./details.ts";
import type { App, Entity, User } from "./entities.ts";
import type { Open, OpenName } from "./open.ts";

/** One audit log entry. */
export interface AuditLogEntry extends Open {
  /** Unique over the organization. */
  id: string;
  /** When it happened, epoch seconds. */
  date_create: number;
  /** What happened: `user_login`, `file_downloaded`, … `AuditLogsClient.actions` lists them. */
  action: ActionName;
  actor: Actor;
  entity: Entity;
  context: Context;
  details?: Details;
}

/** Who did it. `USLACKUSER` means no one, `USLACKSECURITY` for Slack itself. */
export interface Actor extends Open {
  type: OpenName<"user">;
  user?: User;
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
