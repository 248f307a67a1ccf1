import type { ConnectionOptions, SecureContextOptions } from "node:tls";
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";
import { findProxy, type ProxyCredentials, type ProxyOptions } from "./proxy.ts";

/** For the way to the API: authorities (`ca`), client certificate (`cert`, `key`), server name and so on. */
export type TlsOptions = SecureContextOptions &
  Pick<ConnectionOptions, "rejectUnauthorized" | "servername" | "checkServerIdentity">;

export interface NetworkOptions extends ProxyOptions {
  tls?: TlsOptions | undefined;
}

/**
 * Connections to the API, by undici.
 *
 * @throws {SlackConfigurationError} for a proxy that cannot be used
 */
export function toDispatcher(base: URL, options: NetworkOptions): Dispatcher {
  const { tls } = options;
  const proxy = findProxy(base, options);
  // One request at a time has nothing to gain from HTTP/2.
  const shared = { allowH2: false, connect: { ...tls } };
  if (proxy === undefined) {
    return new Agent(shared);
  }
  const { url, credentials } = proxy;
  return new EnvHttpProxyAgent({
    ...shared,
    httpProxy: url.href,
    httpsProxy: url.href,
    ...(credentials === undefined ? {} : { token: toBasic(credentials) }),
    requestTls: { ...tls },
    ...(tls?.ca === undefined ? {} : { proxyTls: { ca: tls.ca } }),
    proxyTunnel: base.protocol === "https:",
    clientFactory: (origin, poolOptions) => new TunnelPool(origin, poolOptions),
  });
}

function toBasic({ username, password }: ProxyCredentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/**
 * Connections to a proxy. undici 7 takes one that the proxy closes for one of
 * the API's, and opens another at once, without end; a new error stops that.
 */
class TunnelPool extends Pool {
  override connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
  override connect(
    options: Dispatcher.ConnectOptions,
    callback: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): void;
  override connect(
    options: Dispatcher.ConnectOptions,
    callback?: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): Promise<Dispatcher.ConnectData> | undefined {
    if (callback !== undefined) {
      super.connect(options, callback);
      return undefined;
    }
    return super.connect(options).catch((cause: Error) => {
      throw new Error(`no tunnel through the proxy: ${cause.message}`, { cause });
    });
  }
}
