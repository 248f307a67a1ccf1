// What lib/slack uses of undici, for bundles: undici's own index brings fetch, WebSocket, a mock and
// a cache besides, four fifths of its code.
import request from "undici/lib/api/api-request.js";
import Agent from "undici/lib/dispatcher/agent.js";
import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import EnvHttpProxyAgent from "undici/lib/dispatcher/env-http-proxy-agent.js";
import Pool from "undici/lib/dispatcher/pool.js";

// As undici's index does.
Object.assign(Dispatcher.prototype, { request });

export { Agent, EnvHttpProxyAgent, Pool };
