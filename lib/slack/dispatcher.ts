import process from "node:process";
import type { ConnectionOptions, SecureContextOptions } from "node:tls";
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";
import { isLoopback, parseUrl } from "./endpoint.ts";
import { SlackConfigurationError } from "./errors.ts";

/** For the way to the API: authorities (`ca`), client certificate (`cert`, `key`), server name and so on. */
export type TlsOptions = SecureContextOptions &
  Pick<ConnectionOptions, "rejectUnauthorized" | "servername" | "checkServerIdentity">;

export interface ProxyCredentials {
  username: string;
  password: string;
}

export interface NetworkOptions {
  /** An HTTP proxy; without it the environment decides. */
  proxy?: string | undefined;
  proxyCredentials?: ProxyCredentials | undefined;
  tls?: TlsOptions | undefined;
}

interface Proxy {
  /** Without credentials. */
  url: URL;
  authorization: string | undefined;
}

/**
 * Connections to the API.
 *
 * Proxies: the argument, else HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy;
 * NO_PROXY (or no_proxy) is honoured for both.
 *
 * @throws {SlackConfigurationError} for a proxy that cannot be used
 */
export function toDispatcher(base: URL, options: NetworkOptions): Dispatcher {
  const { proxy, proxyCredentials, tls } = options;
  if (proxyCredentials !== undefined && proxy === undefined) {
    throw new SlackConfigurationError("proxyCredentials are for a proxy; give the proxy as well");
  }
  // One request at a time has nothing to gain from HTTP/2.
  const shared = { allowH2: false, connect: { ...tls } };
  const address = proxy ?? environmentProxy(base);
  if (address === undefined) {
    return new Agent(shared);
  }
  const { url, authorization } = parseProxy(address, proxyCredentials);
  if (leavesMachineInTheClear(base, url)) {
    throw new SlackConfigurationError(
      "an http baseUrl is for this machine only and cannot go through a proxy on another: the token would be sent in the clear",
    );
  }
  return new EnvHttpProxyAgent({
    ...shared,
    httpProxy: url.href,
    httpsProxy: url.href,
    ...(authorization === undefined ? {} : { token: authorization }),
    requestTls: { ...tls },
    ...(tls?.ca === undefined ? {} : { proxyTls: { ca: tls.ca } }),
    proxyTunnel: base.protocol === "https:",
    clientFactory: (origin, poolOptions) => new TunnelPool(origin, poolOptions),
  });
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

function parseProxy(text: string, credentials: ProxyCredentials | undefined): Proxy {
  const url = parseUrl(/^[^/]+:\d+\/?$/.test(text) ? `http://${text}` : text);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new SlackConfigurationError(
      "the proxy must be an http or https URL, such as http://proxy.example.com:3128, or host:port",
    );
  }
  const inUrl = credentialsOf(url);
  if (inUrl !== undefined && credentials !== undefined) {
    throw new SlackConfigurationError("give credentials in the proxy's URL or apart, not both");
  }
  const { username, password } = credentials ?? inUrl ?? {};
  url.username = "";
  url.password = "";
  return {
    url,
    authorization:
      username === undefined
        ? undefined
        : `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
  };
}

function credentialsOf({ username, password }: URL): ProxyCredentials | undefined {
  if (username === "" && password === "") {
    return undefined;
  }
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    // The error would show them.
    throw new SlackConfigurationError(
      "the credentials in the proxy's URL must be percent-encoded (% is %25); or use proxyCredentials",
    );
  }
}

function environmentProxy(base: URL): string | undefined {
  const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
  const found = names.map((name) => process.env[name]).find(Boolean);
  const url = found === undefined ? undefined : parseUrl(found);
  // Machines with a proxy for the world rarely mean it for their own loopback.
  return url !== undefined && leavesMachineInTheClear(base, url) ? undefined : found;
}

function leavesMachineInTheClear(base: URL, proxy: URL): boolean {
  return base.protocol === "http:" && !isLoopback(proxy);
}
