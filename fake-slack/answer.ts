import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault } from "./faults.ts";
import { toWireJson } from "./wire-json.ts";

const JSON_TYPE = "application/json; charset=utf-8";

export interface Answer {
  status: number;
  body: Buffer;
  headers?: Record<string, string>;
  error?: string;
  entries?: number;
}

/** Slack documents the codes, but not the statuses; 400 for the rest. */
const STATUSES: Record<string, number> = {
  bad_endpoint: 404,
  feature_not_enabled: 403,
  internal_error: 500,
  invalid_authentication: 401,
  method_not_allowed: 405,
  missing_authentication: 401,
  missing_scope: 403,
  rate_limited: 429,
  team_not_authorized: 403,
  user_not_authorized: 403,
};

const REFUSED_TOKENS = {
  none: "missing_authentication",
  wrong: "invalid_authentication",
  expired: "token_expired",
};

export function apiError(
  code: string,
  status: number = STATUSES[code] ?? 400,
  fields: Record<string, unknown> = {},
): Answer {
  return {
    status,
    error: code,
    body: Buffer.from(toWireJson({ ok: false, error: code, ...fields })),
  };
}

/** @param token - what is wrong with it */
export function tokenRefusal(token: "none" | "wrong" | "expired"): Answer {
  return apiError(REFUSED_TOKENS[token]);
}

export function throttled(retryAfter: string | undefined): Answer {
  return {
    ...apiError("rate_limited"),
    headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
  };
}

/** Send an answer, or as much of it as the fault lets through; resolves when the connection is done with it. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  fault: Fault | undefined,
): Promise<void> {
  const { body } = answer;
  const headers = { "content-type": JSON_TYPE, ...answer.headers };
  const left = new Promise((resolve) => response.once("close", resolve));
  const breaks =
    fault?.kind === "reset" || fault?.kind === "stall" || fault?.kind === "cut_body"
      ? fault
      : undefined;
  if (breaks === undefined) {
    response.writeHead(answer.status, { ...headers, "content-length": body.length });
    response.end(body);
  } else {
    if (breaks.kind === "cut_body" || breaks.midBody) {
      const framing =
        breaks.kind === "cut_body" && breaks.framing === "chunked"
          ? {}
          : { "content-length": body.length };
      response.writeHead(answer.status, { ...headers, ...framing });
      await new Promise((resolve) => response.write(body.subarray(0, body.length / 2), resolve));
    }
    if (breaks.kind === "reset") {
      request.socket.resetAndDestroy();
    } else if (breaks.kind === "cut_body") {
      request.socket.end();
    }
  }
  await left;
}
