/**
 * Slack's Audit Logs API for Node: the client, its errors, its retry handlers
 * and the types of what Slack sends. It depends on nothing else of the product.
 */

export * from "./client.ts";
export { type Clock, systemClock } from "./clock.ts";
export { decodeList } from "./decode-list.ts";
export type { TlsOptions } from "./dispatcher.ts";
export type { Query } from "./endpoint.ts";
export type { EntryTable, PageEntry } from "./entry-table.ts";
export * from "./errors.ts";
export type * from "./hooks.ts";
export type { Logger } from "./logger.ts";
export * from "./pacer.ts";
export type { LogsPage } from "./page.ts";
export type { ProxyCredentials } from "./proxy.ts";
export type { SlackResponse } from "./response.ts";
export * from "./retry.ts";
export type { Connections, Fetch, FetchResponse } from "./transport.ts";
export type * from "./types.ts";
