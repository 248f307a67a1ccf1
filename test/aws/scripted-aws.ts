import type { ServerResponse } from "node:http";
import { LoopbackServer } from "../fakes/loopback-server.ts";

/** `reset`: the connection ends without an answer. */
export type Answer =
  | "reset"
  | {
      status: number;
      headers?: Record<string, string>;
      body?: Uint8Array;
      /** The connection ends here, or goes silent here for ever. */
      cutAfterBytes?: number;
      stallAfterBytes?: number;
    };

/** A service of AWS on loopback that gives the answers of a list, one a request; after them, none. */
export class ScriptedAws {
  answers: Answer[] = [];
  requests = 0;
  endpoint = "";
  /** Called when an answer has begun and stalls. */
  onStall: (() => void) | undefined;
  readonly #server: Promise<LoopbackServer>;

  private constructor() {
    this.#server = LoopbackServer.start((request, response) => {
      const answer = this.answers[this.requests];
      this.requests += 1;
      // The next request comes on a connection that was read to its end.
      request.resume().once("end", () => this.#answer(answer, response));
    });
  }

  static async start(): Promise<ScriptedAws> {
    const aws = new ScriptedAws();
    aws.endpoint = (await aws.#server).endpoint;
    return aws;
  }

  async stop(): Promise<void> {
    await (await this.#server).stop();
  }

  #answer(answer: Answer | undefined, response: ServerResponse): void {
    if (answer === undefined || answer === "reset") {
      response.destroy();
      return;
    }
    const { status, headers, body = new Uint8Array(), cutAfterBytes, stallAfterBytes } = answer;
    response.writeHead(status, { ...headers, "content-length": body.byteLength });
    const sentBytes = cutAfterBytes ?? stallAfterBytes;
    if (sentBytes === undefined) {
      response.end(body);
      return;
    }
    response.write(body.subarray(0, sentBytes), () => {
      if (cutAfterBytes === undefined) {
        this.onStall?.();
      } else {
        response.destroy();
      }
    });
  }
}
