import { SlackConfigurationError } from "./errors.ts";

export const DEFAULT_BASE_URL = "https://api.slack.com/audit/v1/";

/**
 * Check a base URL, below which alone the token is sent.
 *
 * @returns it, with a slash at the end
 * @throws {SlackConfigurationError} unless it is https, or http on this machine's loopback
 */
export function parseBaseUrl(text: string): URL {
  const url = parseUrl(text);
  if (url === undefined) {
    throw new SlackConfigurationError(`baseUrl is not a URL; the usual one is ${DEFAULT_BASE_URL}`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new SlackConfigurationError(
      "baseUrl must have neither credentials nor a query nor a fragment",
    );
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url))) {
    throw new SlackConfigurationError(
      `baseUrl must be https, so that the token is not sent in the clear to ${url.host} (http is for 127.0.0.0/8, [::1] and localhost only)`,
    );
  }
  if (!url.pathname.endsWith("/")) {
    url.pathname += "/";
  }
  return url;
}

/** @returns nothing when the text is no URL */
export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Whether a URL leads to this machine. The URL parser has already made `127.1` and its like canonical. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

type QueryValue = string | number | boolean | undefined;
export type Query = Readonly<Record<string, QueryValue>>;

/** Words of letters, digits, `_` and `-`, joined by single dots and slashes: nothing that leads elsewhere. */
const METHOD_PATH = /^[\w-]+(?:[./][\w-]+)*$/;

/**
 * The URL of a method below the base URL.
 *
 * @param query - `undefined` values are left out; everything is percent-encoded, `=` in cursors too
 * @throws {SlackConfigurationError} when the path could lead out of the base URL
 */
export function toMethodUrl(base: URL, path: string, query: Query): URL {
  if (!METHOD_PATH.test(path)) {
    throw new SlackConfigurationError(
      "path must be a method's name below baseUrl, such as logs, without a leading slash, dots segments or a query",
    );
  }
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      params.append(name, String(value));
    }
  }
  return new URL(params.size === 0 ? path : `${path}?${params}`, base);
}
