import { json } from "node:stream/consumers";
import { LoopbackServer } from "./loopback-server.ts";
import { MemorySecrets, SecretRefusal } from "./memory-secrets.ts";

/** As much of Secrets Manager as a run needs, over real HTTP. */
export class LocalSecretsManager {
  readonly endpoint: string;
  /** By name. */
  readonly secrets: Map<string, string>;
  readonly #server: LoopbackServer;

  private constructor(server: LoopbackServer, secrets: Map<string, string>) {
    this.endpoint = server.endpoint;
    this.secrets = secrets;
    this.#server = server;
  }

  static async start(): Promise<LocalSecretsManager> {
    const memory = new MemorySecrets();
    const server = await LoopbackServer.start(async (request, response) => {
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
      const input = (await json(request)) as Parameters<MemorySecrets["answer"]>[1];
      response.setHeader("content-type", "application/x-amz-json-1.1");
      try {
        response.end(JSON.stringify(memory.answer(operation, input)));
      } catch (error) {
        if (!(error instanceof SecretRefusal)) {
          response.destroy(error as Error);
          return;
        }
        response.statusCode = 400;
        response.end(JSON.stringify({ __type: error.type, message: error.message }));
      }
    });
    return new LocalSecretsManager(server, memory.secrets);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
