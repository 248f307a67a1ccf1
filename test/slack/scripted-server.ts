import http, { type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** Answers one request. */
export type Step = (response: ServerResponse, request: Received) => void;

interface Received {
  method: string;
  /** Path and query as sent. */
  target: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface ScriptedServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/audit/v1/` */
  baseUrl: string;
  host: string;
  received: Received[];
}

/** An HTTP server on loopback that answers its first request by the first step, and so on; the last repeats. */
export async function scriptedServer(...steps: [Step, ...Step[]]): Promise<ScriptedServer> {
  const received: Received[] = [];
  const server = http.createServer(async (request, response) => {
    const { method = "", url: target = "", headers } = request;
    const { searchParams: query } = new URL(target, "http://server");
    const entry = { method, target, query, headers, body: await text(request) };
    const step = steps[Math.min(received.length, steps.length - 1)] as Step;
    received.push(entry);
    step(response, entry);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrl: `http://${host}/audit/v1/`,
    host,
    received,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Step {
  return raw(JSON.stringify(value), status, { "content-type": "application/json", ...headers });
}

export function raw(
  body: string | Uint8Array,
  status = 200,
  headers: Record<string, string> = {},
): Step {
  return (response) => {
    response.writeHead(status, headers).end(body);
  };
}

export function refusal(error: string, status: number, headers: Record<string, string> = {}): Step {
  return json({ ok: false, error }, status, headers);
}

/** A page of `/logs` with these ids. */
export function page(ids: string[], nextCursor = ""): Step {
  return json(pageBody(ids, nextCursor));
}

export function pageBody(ids: string[], nextCursor: unknown = ""): unknown {
  return {
    entries: ids.map((id) => ({ id, date_create: 1_700_000_000, action: "user_login" })),
    response_metadata: { next_cursor: nextCursor },
  };
}

export const html = (status: number): Step =>
  raw("<!DOCTYPE html><html><body>Bad gateway</body></html>", status, {
    "content-type": "text/html",
  });

/** Drops the connection before an answer. */
export const reset: Step = (response) => {
  response.socket?.resetAndDestroy();
};

/** Promises more bytes than it sends. */
export const cutByLength: Step = (response) => {
  response.writeHead(200, { "content-length": "1000" });
  response.write('{"entries":[{"id":"1"', () => response.socket?.destroy());
};

/** Ends a chunked body without its last chunk. */
export const cutChunked: Step = (response) => {
  response.writeHead(200);
  response.write('{"entries":[]}', () => response.socket?.destroy());
};

/** Never answers. */
export const silence: Step = () => {};

/** Begins a body and never ends it. */
export const stall: Step = (response) => {
  response.writeHead(200);
  response.write('{"entries":[');
};
