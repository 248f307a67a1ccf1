import type { Clock } from "./clock.ts";
import type { TlsOptions } from "./dispatcher.ts";
import type { Query } from "./endpoint.ts";
import type { ClientHooks } from "./hooks.ts";
import type { Logger } from "./logger.ts";
import type { Pacer } from "./pacer.ts";
import type { ProxyCredentials } from "./proxy.ts";
import type { RetryHandler } from "./retry.ts";
import type { Connections, Fetch } from "./transport.ts";
import type { ActionName } from "./types.ts";

/** A token, or what gives one; asked anew for each attempt, so that a rotated token is picked up. */
export type TokenSource = string | (() => string | Promise<string>);

export interface AuditLogsClientOptions {
  /**
   * User token (`xoxp-…`) with `auditlogs:read` of an app that an Org Owner has
   * installed on the organization. `schemas` and `actions` work without.
   */
  token?: TokenSource;
  /**
   * GovSlack: `https://api.slack-gov.com/audit/v1/`. Must be https; http is for loopback only.
   *
   * @default "https://api.slack.com/audit/v1/"
   */
  baseUrl?: string;
  /** For one attempt, from asking for the token to the last byte of the body. @default 30_000 */
  timeoutMs?: number;
  /** Sent with each request. `authorization` and `host` are the client's own. */
  headers?: Readonly<Record<string, string>>;
  userAgentPrefix?: string;
  userAgentSuffix?: string;
  /** @default none */
  logger?: Logger;
  /** Asked in order; `addRetryHandler` adds more. @default defaultRetryHandlers() */
  retryHandlers?: readonly RetryHandler[];
  /** Spaces out the attempts of all calls of this client, so that Slack's limit is not reached. @default none */
  pacer?: Pacer;
  /** Told of each attempt and each wait, for metrics. */
  hooks?: ClientHooks;
  /**
   * An HTTP proxy: `http://localhost:9000`, or `localhost:9000` for short; with
   * credentials, `http://user:password@localhost:9000`, percent-encoded.
   * NO_PROXY is honoured.
   *
   * @default HTTPS_PROXY, https_proxy, HTTP_PROXY or http_proxy of the environment
   */
  proxy?: string;
  /** Basic authorization for `proxy`, for credentials that you do not want in its URL. */
  proxyCredentials?: ProxyCredentials;
  /** Authorities to trust, a client certificate, the server name and so on. */
  tls?: TlsOptions;
  /** Connections of your own, such as an undici dispatcher that other clients share; proxy and TLS are then set up there. */
  dispatcher?: Connections;
  /** Longest body that is read, decompressed. @default 67_108_864 (64 MiB) */
  maxBodyBytes?: number;
  /** Does the HTTP instead of undici; proxy and TLS are then set up there. */
  fetch?: Fetch;
  /** Time for waits and deadlines; attempts time out in real time whatever it says. */
  clock?: Clock;
  /** Uniform in [0, 1), for jitter. @default Math.random */
  random?: () => number;
}

export interface CallOptions {
  /** Added to the client's headers, and before them. */
  headers?: Readonly<Record<string, string>>;
  /** Ends the call at once, with the signal's reason. */
  signal?: AbortSignal;
  /** Epoch milliseconds: no wait and no attempt is begun that would go past it. */
  deadlineMs?: number;
}

/** Filters of a listing; they are all to be met. */
export interface LogsParams {
  /** Epoch seconds, documented as included. */
  latest?: number;
  /** Epoch seconds, documented as included; nothing exists before March 2018. */
  oldest?: number;
  /** Entries a page, 1 to 9999; Slack may exceed it when entries share a second. */
  limit?: number;
  /** Action names, at most 30. */
  action?: ActionName | readonly ActionName[];
  /** Id of the user who acted. */
  actor?: string;
  /** Id of what was acted on. */
  entity?: string;
  /** `next_cursor` of the page before. It does not remember the other parameters. */
  cursor?: string;
  /** Further parameters that this client does not know. */
  query?: Query;
}

export interface ApiCall {
  /** @default "GET" */
  method?: string;
  /** Below `baseUrl`, without a leading slash: `logs`. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: Readonly<Record<string, unknown>>;
  /** Sent as a form instead of `body`. */
  form?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
}
