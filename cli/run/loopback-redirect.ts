import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "../../lib/ports.ts";
import { UsageError } from "../errors.ts";

/** Slack, or the owner, said no; or nobody answered. */
export class AuthorizationError extends Error {
  override readonly name = "AuthorizationError";
  readonly code = "not_authorized";
}

const PAGE_HEADERS = {
  "content-type": "text/plain; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'",
  connection: "close",
};

/**
 * What Slack sent the browser back with.
 *
 * @returns the code; undefined when it is not the answer to this question
 * @throws {AuthorizationError} when it is a refusal
 */
export function readRedirect(address: URL, state: string): string | undefined {
  const { searchParams } = address;
  if (searchParams.get("state") !== state) return undefined;
  const error = searchParams.get("error");
  if (error !== null) {
    const word = /^[\w.-]{1,100}$/.test(error) ? error : "an unknown error";
    throw new AuthorizationError(
      `Slack did not authorize the app (${word}): an Org Owner must allow it, and the organization must have approved it`,
    );
  }
  return searchParams.get("code") || undefined;
}

/** The end of an authorization on this machine: Slack sends the browser to `http://localhost:PORT/callback`. */
export class LoopbackRedirect {
  readonly #server: Server;
  readonly #state: string;
  readonly #code: Promise<string>;

  private constructor(server: Server, path: string, state: string) {
    this.#server = server;
    this.#state = state;
    this.#code = new Promise((resolve, reject) => {
      server.on("request", (request: IncomingMessage, response: ServerResponse) => {
        const { port } = server.address() as { port: number };
        this.#answer(request, response, path, port).then(
          (code) => code !== undefined && resolve(code),
          reject,
        );
      });
    });
    this.#code.catch(() => {}); // whoever waits hears of it
  }

  /**
   * @param redirectUrl - `http://localhost:PORT/…`; only this machine can reach it
   * @throws {UsageError} when the port is taken
   */
  static async listen(redirectUrl: URL, state: string): Promise<LoopbackRedirect> {
    const server = createServer();
    const port = Number(redirectUrl.port || 80);
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) =>
        reject(
          new UsageError(
            `cannot listen on port ${port} (${cause.message}): end what uses it, or add a redirect URL with another port to the app and give it with --redirect-url`,
            { cause },
          ),
        ),
      );
      server.listen(port, "127.0.0.1", resolve);
    });
    return new LoopbackRedirect(server, redirectUrl.pathname, state);
  }

  /**
   * @returns the code that Slack sent
   * @throws {AuthorizationError} when it sent a refusal, or nothing within `timeoutMs`
   */
  async code(timeoutMs: number, clock: Clock): Promise<string> {
    const done = new AbortController();
    const tooLate = clock.sleep(timeoutMs, done.signal).then(() => {
      throw new AuthorizationError(
        `nobody authorized the app within ${timeoutMs / 60_000} minutes; if the browser could not open the redirect URL, is it on this machine?`,
      );
    });
    tooLate.catch(() => {}); // also the end of the wait
    try {
      return await Promise.race([this.#code, tooLate]);
    } finally {
      done.abort();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    await closed;
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    port: number,
  ): Promise<string | undefined> {
    // Another name would be that of a page which has its name point here.
    const isHere = [`localhost:${port}`, `127.0.0.1:${port}`].includes(request.headers.host ?? "");
    const address = new URL(request.url ?? "/", `http://localhost:${port}`);
    if (!isHere || request.method !== "GET" || address.pathname !== path) {
      return this.#show(response, 404, "There is nothing here.");
    }
    try {
      const code = readRedirect(address, this.#state);
      if (code === undefined) {
        return this.#show(response, 400, "This is not the answer that audit-lake waits for.");
      }
      await this.#show(response, 200, "Done. Go back to the terminal; this page can be closed.");
      return code;
    } catch (error) {
      await this.#show(response, 400, "The app was not authorized. Go back to the terminal.");
      throw error;
    }
  }

  async #show(response: ServerResponse, status: number, text: string): Promise<undefined> {
    response.writeHead(status, PAGE_HEADERS);
    await new Promise<void>((resolve) => response.end(`${text}\n`, resolve));
    return undefined;
  }
}
