import { type Query, toMethodUrl } from "./endpoint.ts";
import { SlackConfigurationError } from "./errors.ts";
import type { ApiCall, LogsParams } from "./options.ts";

// As Node's HTTP checks them. To import its checks would load all of its fetch.
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A call that may be sent, once or several times. It has no token yet. */
export interface Request {
  method: string;
  /** Below the base URL. */
  path: string;
  url: URL;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  needsToken: boolean;
}

type Headers = Readonly<Record<string, string>>;

const MAX_LIMIT = 9999;
const MAX_ACTIONS = 30;
/** No epoch seconds reach it before the year 5138; epoch milliseconds have passed it since 1973. */
const LEAST_MILLISECONDS = 1e11;

/**
 * @param headers - later ones replace earlier ones
 * @throws {SlackConfigurationError} when it cannot be sent as it is
 */
export function toRequest(
  base: URL,
  call: ApiCall,
  headers: readonly (Headers | undefined)[],
  needsToken: boolean,
): Request {
  const { method = "GET", path, query = {} } = call;
  if (!/^[A-Z]+$/.test(method)) {
    throw new SlackConfigurationError("method must be an HTTP method in capitals, such as GET");
  }
  const { type, body } = toBody(call);
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw new SlackConfigurationError(`a ${method} request has no body; use query`);
  }
  const [ofClient, ...ofCall] = headers;
  return {
    method,
    path,
    url: toMethodUrl(base, path, query),
    headers: Object.assign(
      { ...ofClient },
      type !== undefined && { "content-type": type },
      ...ofCall.map(normalizeHeaders),
    ),
    body,
    needsToken,
  };
}

function toBody({ body, form }: ApiCall): { type?: string; body: string | undefined } {
  if (form !== undefined) {
    if (body !== undefined) throw new SlackConfigurationError("give a body or a form, not both");
    return {
      type: "application/x-www-form-urlencoded",
      body: new URLSearchParams(form).toString(),
    };
  }
  if (body === undefined) return { body: undefined };
  return { type: "application/json; charset=utf-8", body: JSON.stringify(body) };
}

/** @throws {SlackConfigurationError} for a filter that Slack would refuse or misread */
export function toLogsQuery(params: LogsParams): Query {
  const { query, latest, oldest, limit, action, actor, entity, cursor } = params;
  requireSeconds("latest", latest);
  requireSeconds("oldest", oldest);
  if (limit !== undefined) {
    requireInteger("limit", limit, 1, MAX_LIMIT);
  }
  const names = typeof action === "string" ? action : action?.join(",");
  if (names !== undefined && names.split(",").length > MAX_ACTIONS) {
    throw new SlackConfigurationError(
      `action names at most ${MAX_ACTIONS} actions in one call; split the listing`,
    );
  }
  const named = {
    latest,
    oldest,
    limit,
    action: names || undefined,
    actor: actor || undefined,
    entity: entity || undefined,
    cursor: cursor || undefined,
  };
  return { ...query, ...named };
}

/** @throws {SlackConfigurationError} unless it is a whole number from `least` to `most` */
export function requireInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new SlackConfigurationError(
      `${name} must be a whole number from ${least} to ${most}, not ${value}`,
    );
  }
}

function requireSeconds(name: string, value: number | undefined): void {
  if (value === undefined) {
    return;
  }
  if (!Number.isSafeInteger(value) || value < 0 || value >= LEAST_MILLISECONDS) {
    throw new SlackConfigurationError(
      `${name} must be whole seconds since 1970, not ${value}${value >= LEAST_MILLISECONDS ? " (those look like milliseconds)" : ""}`,
    );
  }
}

/**
 * A copy with names in lower case, so that a header given twice in two spellings is one.
 *
 * @throws {SlackConfigurationError} for a header that cannot be sent, or is the client's own
 */
export function normalizeHeaders(headers: Headers = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const lowerCase = name.toLowerCase();
      if (lowerCase === "authorization" || lowerCase === "host") {
        throw new SlackConfigurationError(
          `the header ${lowerCase} is the client's own; use ${lowerCase === "host" ? "baseUrl" : "token"}`,
        );
      }
      if (!HEADER_NAME.test(name) || typeof value !== "string" || !HEADER_VALUE.test(value)) {
        throw new SlackConfigurationError(
          `the header ${JSON.stringify(name)} or its value cannot be sent`,
        );
      }
      return [lowerCase, value];
    }),
  );
}
