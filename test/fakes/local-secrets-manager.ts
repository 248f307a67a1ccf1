import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** As much of Secrets Manager as a run needs, over real HTTP: `GetSecretValue`. */
export class LocalSecretsManager {
  /** By name. */
  readonly secrets = new Map<string, string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const { SecretId } = (await json(request)) as { SecretId: string };
      const SecretString = this.secrets.get(SecretId);
      response.setHeader("content-type", "application/x-amz-json-1.1");
      if (SecretString === undefined) {
        response.statusCode = 400;
        response.end(
          JSON.stringify({ __type: "ResourceNotFoundException", message: "no such secret" }),
        );
        return;
      }
      response.end(JSON.stringify({ Name: SecretId, SecretString }));
    });
  }

  static async start(): Promise<LocalSecretsManager> {
    const secretsManager = new LocalSecretsManager();
    secretsManager.#server.listen(0, "127.0.0.1");
    await once(secretsManager.#server, "listening");
    return secretsManager;
  }

  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
