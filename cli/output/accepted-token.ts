import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { formatTime } from "./format.ts";

/**
 * What Slack answered to a token.
 *
 * @param newest - the entry that it gave; it names the organization, since a token of another one
 * would be accepted just the same
 */
export function describeAcceptedToken(newest: AuditLogEntry | undefined): string {
  if (newest === undefined) return "accepts it; there are no entries yet";
  const { date_create, context } = newest;
  const place = context?.location?.name ?? context?.location?.domain;
  const time = typeof date_create === "number" ? formatTime(date_create) : "an unknown time";
  return `accepts it; the newest entry is from ${place === undefined ? time : `${time}, in ${place}`}`;
}
