import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { ServerResponse } from "node:http";
import { hashOf } from "../../../lib/seal/manifest.ts";
import { AthenaEngine } from "../athena-engine.ts";
import { LocalDynamoDb } from "../local-dynamodb.ts";
import { LocalS3 } from "../local-s3.ts";
import { LocalSecretsManager } from "../local-secrets-manager.ts";
import { LoopbackServer } from "../loopback-server.ts";
import { LocalAthena } from "./athena.ts";
import { ADMINISTRATOR, Authorization, refuse } from "./authorization.ts";
import { type AwsRequest, readAwsRequest } from "./aws-request.ts";
import { Deployment, REGION } from "./deployment.ts";
import type { IamCall } from "./policy.ts";

interface Served {
  s3: LocalS3;
  dynamoDb: LocalDynamoDb;
  secretsManager: LocalSecretsManager;
}

/**
 * An AWS account on loopback in which a template is deployed: its buckets, tables, secrets, topics
 * and keys, and its functions' roles. Whoever calls may do what their role's policies allow, as
 * IAM would decide it, and no more. A function signs with its logical id.
 */
export class LocalAccount {
  readonly deployment: Deployment;
  readonly athena: LocalAthena;
  /** What runs the statements that their caller may run. */
  readonly engine: AthenaEngine;
  readonly s3: LocalS3;
  readonly secrets: Map<string, string>;
  /** Messages to topics, as they came. */
  readonly published: Record<string, string>[] = [];
  /** Events sent to buses. */
  readonly events: Record<string, string>[] = [];
  /** Calls to queues. */
  readonly queueCalls: { operation: string; input: Record<string, unknown> }[] = [];
  readonly #authorization: Authorization;
  readonly #served: Served;
  readonly #signing = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  #server: LoopbackServer | undefined;

  private constructor(deployment: Deployment, served: Served) {
    this.deployment = deployment;
    this.#served = served;
    this.s3 = served.s3;
    this.secrets = served.secretsManager.secrets;
    this.#authorization = new Authorization(deployment);
    const objectsOf = (bucket: string) =>
      [...served.s3.objects]
        .filter(([path]) => path.startsWith(`${bucket}/`))
        .map(([path, body]) => [path.slice(bucket.length + 1), body] as [string, Buffer]);
    const [archive] = deployment.one("AWS::S3::Bucket", "ArchiveBucket");
    this.engine = new AthenaEngine(() => objectsOf(deployment.named(archive).ref));
    this.athena = new LocalAthena(deployment, this.engine, async (bucket) =>
      objectsOf(bucket).map(([key]) => key),
    );
  }

  /** @param template - as `Template.toJSON()` gives it */
  static async start(template: Record<string, unknown>): Promise<LocalAccount> {
    const deployment = new Deployment(template);
    const [s3, dynamoDb, secretsManager] = await Promise.all([
      LocalS3.start(),
      LocalDynamoDb.start(),
      LocalSecretsManager.start(),
    ]);
    for (const [id, { KeySchema }] of deployment.all("AWS::DynamoDB::Table")) {
      await dynamoDb.createTable(id, KeySchema[0].AttributeName);
    }
    const account = new LocalAccount(deployment, { s3, dynamoDb, secretsManager });
    account.#server = await LoopbackServer.start(async (incoming, response) => {
      const request = await readAwsRequest(incoming);
      try {
        await account.#answer(request, response);
      } catch (error) {
        refuse(request, response, (error as Error).message);
      }
    });
    return account;
  }

  /** With these, the SDK comes here, as one who may do everything. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.#server?.endpoint ?? "",
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: ADMINISTRATOR,
      AWS_SECRET_ACCESS_KEY: "local",
    };
  }

  /** Calls that were refused: `Closinggrid… s3:ListBucket on arn:…`. */
  get refusals(): string[] {
    return this.#authorization.refusals;
  }

  /** Of what signs the manifests. */
  get publicKey(): KeyObject {
    return this.#signing.publicKey;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await Promise.all(Object.values(this.#served).map((service) => service.stop()));
  }

  async #answer(request: AwsRequest, response: ServerResponse): Promise<void> {
    const { accessKeyId } = request;
    const authorize = (call: IamCall) => this.#authorization.allows(accessKeyId, call);
    const refused = this.#authorization.refusedOf(request);
    if (refused !== undefined) {
      refuse(request, response, refused);
      return;
    }
    switch (request.service) {
      case "s3":
        return this.#authorization.forward(request, response, this.s3.endpoint);
      case "dynamodb":
        return this.#authorization.forward(request, response, this.#served.dynamoDb.endpoint);
      case "secretsmanager":
        return this.#authorization.forward(request, response, this.#served.secretsManager.endpoint);
      case "kms":
        response.end(JSON.stringify({ Signature: this.#sign(request.input.Message) }));
        return;
      case "athena":
        response.end(
          JSON.stringify(await this.athena.answer(request.operation, request.input, authorize)),
        );
        return;
      case "events":
        this.events.push(...request.input.Entries);
        response.end(
          JSON.stringify({
            FailedEntryCount: 0,
            Entries: [{ EventId: String(this.events.length) }],
          }),
        );
        return;
      case "sqs":
        this.queueCalls.push({ operation: request.operation, input: request.input });
        response.end(JSON.stringify(toSqsAnswer(request.input.MessageBody)));
        return;
      case "sns":
        this.published.push(request.input);
        response.end(
          "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
        );
        return;
    }
  }

  /** KMS signs the digest itself; Node signs only what it hashes, so what was hashed is looked up. */
  #sign(digest: string): string {
    const hex = Buffer.from(digest, "base64").toString("hex");
    const message = [...this.s3.objects.values()].find((body) => hashOf(body) === hex);
    if (message === undefined) throw new Error(`no object has the digest ${hex}`);
    return sign("sha256", message, this.#signing.privateKey).toString("base64");
  }
}

/** The SDK compares the hash with that of what it has sent. */
function toSqsAnswer(messageBody: string | undefined): object {
  return messageBody === undefined
    ? {}
    : { MessageId: "1", MD5OfMessageBody: createHash("md5").update(messageBody).digest("hex") };
}
