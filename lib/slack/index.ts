/**
 * Slack's Audit Logs API for Node: the client, its errors, its retry handlers
 * and the types of what Slack sends. It depends on nothing else of the product.
 */

export * from "./client.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { Query } from "./endpoint.ts";
export * from "./errors.ts";
export type { Logger } from "./logger.ts";
export type { LogsPage, PageEntry } from "./page.ts";
export type { SlackResponse } from "./response.ts";
export * from "./retry.ts";
export type { Fetch, FetchResponse } from "./transport.ts";
export type * from "./types.ts";
