import { json } from "node:stream/consumers";
import { LoopbackServer } from "./loopback-server.ts";

/** As much of Secrets Manager as a run needs, over real HTTP: `GetSecretValue`. */
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
    const secrets = new Map<string, string>();
    const server = await LoopbackServer.start(async (request, response) => {
      const { SecretId } = (await json(request)) as { SecretId: string };
      const SecretString = secrets.get(SecretId);
      response.statusCode = SecretString === undefined ? 400 : 200;
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(
        JSON.stringify(
          SecretString === undefined
            ? { __type: "ResourceNotFoundException", message: "no such secret" }
            : { Name: SecretId, SecretString },
        ),
      );
    });
    return new LocalSecretsManager(server, secrets);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
