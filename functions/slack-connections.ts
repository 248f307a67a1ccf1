import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { findProxy } from "../lib/slack/proxy.ts";
import type { Connections } from "../lib/slack/transport.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** The other side may close an idle connection just as a request is sent: a new one is safer. */
const IDLE_MS = 4_000;

/**
 * Connections to Slack by `node:https`, which the AWS SDK loads anyway: undici would be a quarter
 * of a function's code. They follow no redirect.
 *
 * @param baseUrl - of the API: decides about a proxy of the environment
 * @param ca - authorities to trust. @default Node's own
 * @throws {SlackConfigurationError} for a proxy that cannot be used
 */
export function slackConnections(baseUrl: string, ca?: string): Connections {
  const base = new URL(baseUrl);
  const options: https.AgentOptions = {
    keepAlive: true,
    timeout: IDLE_MS,
    proxyEnv: proxyOf(base),
    ...(ca === undefined ? {} : { ca }),
  };
  const { Agent, request } = base.protocol === "https:" ? https : http;
  const agent = new Agent(options);
  return {
    request: ({ origin, path, method, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        request(`${origin}${path}`, { agent, method, headers, signal })
          .on("socket", limitConnecting)
          .on("response", (answer) =>
            resolve({ statusCode: answer.statusCode ?? 0, headers: answer.headers, body: answer }),
          )
          .on("error", reject)
          .end(body);
      }),
  };
}

/** @returns the variables of the environment as Node reads them, for both protocols */
function proxyOf(base: URL): NodeJS.ProcessEnv | undefined {
  const proxy = findProxy(base, {});
  if (proxy === undefined) return undefined;
  const { username = "", password = "" } = proxy.credentials ?? {};
  const url = new URL(proxy.url);
  url.username = encodeURIComponent(username);
  url.password = encodeURIComponent(password);
  const { NO_PROXY, no_proxy = NO_PROXY } = process.env;
  return { https_proxy: url.href, http_proxy: url.href, no_proxy };
}

function limitConnecting(socket: Socket): void {
  if (!socket.connecting) return;
  const timer = setTimeout(
    () => socket.destroy(new ConnectTimeoutError(CONNECT_TIMEOUT_MS)),
    CONNECT_TIMEOUT_MS,
  );
  for (const event of ["connect", "close"]) socket.once(event, () => clearTimeout(timer));
}

class ConnectTimeoutError extends Error {
  readonly code = "ETIMEDOUT";
  constructor(timeoutMs: number) {
    super(`no connection within ${timeoutMs} ms`);
  }
}
