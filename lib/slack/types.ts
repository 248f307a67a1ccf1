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

export type { ActionCategory, ActionName, KnownAction } from "./types/actions.ts";
export type * from "./types/bodies.ts";
export type * from "./types/detail-shapes.ts";
export type * from "./types/details.ts";
export type * from "./types/entities.ts";
export type * from "./types/entry.ts";
export type { Open, OpenName } from "./types/open.ts";
