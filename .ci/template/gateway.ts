import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import type { LocalAthena } from "../../test/fakes/local-account/athena.ts";
import { Authorization, refuse } from "../../test/fakes/local-account/authorization.ts";
import { type AwsRequest, readAwsRequest } from "../../test/fakes/local-account/aws-request.ts";
import type { Deployment } from "../../test/fakes/local-account/deployment.ts";
import { LoopbackServer } from "../../test/fakes/loopback-server.ts";
import type { Functions } from "./functions.ts";

/** What the gateway answers with. */
export interface Backends {
  deployment: Deployment;
  functions: Functions;
  athena: LocalAthena;
  /** Of moto. */
  endpoint: string;
  /** @param sha256 - hex */
  findObject(sha256: string): Promise<Buffer>;
}

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * AWS's endpoint for all callers: moto's, with what moto lacks before it. A caller's request must be
 * allowed by the template's policies; functions run their own code; Athena runs statements; KMS
 * signs digests.
 */
export class Gateway {
  /** Calls that were refused. */
  get refusals(): string[] {
    return this.#authorization?.refusals ?? [];
  }
  readonly #server: LoopbackServer;
  #backends: Backends | undefined;
  #authorization: Authorization | undefined;

  private constructor(server: LoopbackServer) {
    this.#server = server;
  }

  /** It answers once it is connected to what needs its address before. */
  static async start(): Promise<Gateway> {
    const gateway = new Gateway(
      await LoopbackServer.start((request, response) => {
        gateway.#answer(request, response).catch((error: Error) => {
          response.statusCode = 500;
          response.end(JSON.stringify({ message: error.message }));
        });
      }),
    );
    return gateway;
  }

  get endpoint(): string {
    return this.#server.endpoint;
  }

  connect(backends: Backends): void {
    this.#backends = backends;
    this.#authorization = new Authorization(backends.deployment);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const backends = this.#backends;
    const authorization = this.#authorization;
    if (backends === undefined || authorization === undefined) {
      throw new Error("nothing is deployed yet");
    }
    const [, invoked] = INVOCATION.exec(incoming.url ?? "") ?? [];
    if (invoked !== undefined) {
      await invoke(backends, decodeURIComponent(invoked), await json(incoming), response);
      return;
    }
    const request = await readAwsRequest(incoming);
    const refused = refusedOf(authorization, request);
    if (refused !== undefined) {
      refuse(request, response, refused);
      return;
    }
    if (request.service === "athena") {
      const { operation, input, accessKeyId } = request;
      const answer = await backends.athena.answer(operation, input, (call) =>
        authorization.allows(accessKeyId, call),
      );
      response.end(JSON.stringify(answer));
      return;
    }
    const forwarded =
      request.operation === "Sign" ? await signWhatIsStored(backends, request) : request;
    await authorization.forward(forwarded, response, backends.endpoint);
  }
}

/** What nothing is known of is refused, too. */
function refusedOf(authorization: Authorization, request: AwsRequest): string | undefined {
  try {
    return authorization.refusedOf(request);
  } catch (error) {
    const { message } = error as Error;
    authorization.refusals.push(`${request.accessKeyId} ${request.operation}: ${message}`);
    return message;
  }
}

/** As Lambda's `Invoke` answers. @param name - name or ARN of the function */
async function invoke(
  { deployment, functions }: Backends,
  name: string,
  event: unknown,
  response: ServerResponse,
): Promise<void> {
  const [id] = deployment.byRef("AWS::Lambda::Function", name.split(":").at(-1) ?? "") ?? [];
  if (id === undefined) throw new Error(`there is no function ${name}`);
  const outcome = await functions.invoke(id, event);
  if ("error" in outcome) response.setHeader("x-amz-function-error", "Unhandled");
  response.end(JSON.stringify("error" in outcome ? outcome.error : outcome.answer));
}

/** moto takes a digest for a message, and signs the digest of that; what was hashed is looked up. */
async function signWhatIsStored(backends: Backends, request: AwsRequest): Promise<AwsRequest> {
  const digest = Buffer.from(request.input.Message, "base64").toString("hex");
  const message = await backends.findObject(digest);
  const input = { ...request.input, MessageType: "RAW", Message: message.toString("base64") };
  const body = Buffer.from(JSON.stringify(input));
  const headers = { ...request.headers, "content-length": String(body.length) };
  return { ...request, input, body, headers };
}
