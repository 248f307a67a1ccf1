import process from "node:process";
import { isLoopback, parseUrl } from "./endpoint.ts";
import { SlackConfigurationError } from "./errors.ts";

export interface ProxyCredentials {
  username: string;
  password: string;
}

export interface ProxyOptions {
  /** An HTTP proxy; without it the environment decides. */
  proxy?: string | undefined;
  proxyCredentials?: ProxyCredentials | undefined;
}

export interface Proxy {
  /** Without credentials. */
  url: URL;
  credentials: ProxyCredentials | undefined;
}

/**
 * The proxy on the way to the API: the argument, else HTTPS_PROXY, https_proxy, HTTP_PROXY,
 * http_proxy. Whoever connects also has to honour NO_PROXY (or no_proxy), for both.
 *
 * @returns nothing when there is none
 * @throws {SlackConfigurationError} for one that cannot be used
 */
export function findProxy(base: URL, { proxy, proxyCredentials }: ProxyOptions): Proxy | undefined {
  if (proxyCredentials !== undefined && proxy === undefined) {
    throw new SlackConfigurationError("proxyCredentials are for a proxy; give the proxy as well");
  }
  const address = proxy ?? environmentProxy(base);
  if (address === undefined) {
    return undefined;
  }
  const found = parseProxy(address, proxyCredentials);
  if (leavesMachineInTheClear(base, found.url)) {
    throw new SlackConfigurationError(
      "an http baseUrl is for this machine only and cannot go through a proxy on another: the token would be sent in the clear",
    );
  }
  return found;
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
  url.username = "";
  url.password = "";
  return { url, credentials: credentials ?? inUrl };
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
