import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { LoopbackServer } from "../fakes/loopback-server.ts";

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: each target sends its own body
  body: any;
  rawBody: string;
}

/** An answer; `silent`: none; `cut`: the connection is closed before there is one. */
export type ScriptedAnswer =
  | "silent"
  | "cut"
  | { status: number; headers?: Record<string, string>; body?: string };

/** A target on loopback: it says what it is told to, in order, and then what it always says. */
export class ScriptedServer {
  readonly received: ReceivedRequest[] = [];
  readonly #server: LoopbackServer;
  readonly #usual: (request: ReceivedRequest) => ScriptedAnswer;
  readonly #onSilence: (() => void) | undefined;
  #script: ScriptedAnswer[] = [];

  private constructor(
    server: LoopbackServer,
    usual: (request: ReceivedRequest) => ScriptedAnswer,
    onSilence: (() => void) | undefined,
  ) {
    this.#server = server;
    this.#usual = usual;
    this.#onSilence = onSilence;
  }

  /**
   * @param usual - what it says when nothing is scripted
   * @param onSilence - called when a request has come that it does not answer
   */
  static async start(
    usual: (request: ReceivedRequest) => ScriptedAnswer,
    onSilence?: () => void,
  ): Promise<ScriptedServer> {
    const server = await LoopbackServer.start((request, response) =>
      scripted.#answer(request, response),
    );
    const scripted = new ScriptedServer(server, usual, onSilence);
    return scripted;
  }

  get endpoint(): string {
    return this.#server.endpoint;
  }

  reset(...script: ScriptedAnswer[]): void {
    this.received.length = 0;
    this.#script = script;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const rawBody = await text(incoming);
    const { method = "", url: path = "", headers } = incoming;
    const request = { method, path, headers, rawBody, body: JSON.parse(rawBody) };
    this.received.push(request);
    const answer = this.#script.shift() ?? this.#usual(request);
    if (answer === "silent") {
      this.#onSilence?.();
      return;
    }
    if (answer === "cut") {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }
}
