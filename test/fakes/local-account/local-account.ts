import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { hashOf } from "../../../lib/seal/manifest.ts";
import { LocalDynamoDb } from "../local-dynamodb.ts";
import { LocalS3 } from "../local-s3.ts";
import { LocalSecretsManager } from "../local-secrets-manager.ts";
import { LoopbackServer } from "../loopback-server.ts";
import { LocalAthena } from "./athena.ts";
import { type AwsRequest, readAwsRequest } from "./aws-request.ts";
import { ACCOUNT, Deployment, REGION } from "./deployment.ts";
import { iamCallsOf, s3Call } from "./iam-calls.ts";
import { appliesTo, type IamCall, isAllowed, type Statement } from "./policy.ts";

/** Signs as one who may do everything. */
const ADMINISTRATOR = "administrator";

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
  readonly s3: LocalS3;
  readonly secrets: Map<string, string>;
  /** Messages to topics, as they came. */
  readonly published: Record<string, string>[] = [];
  /** Calls that were refused: `Closinggrid… s3:ListBucket on arn:…`. */
  readonly refusals: string[] = [];
  readonly #served: Served;
  readonly #signing = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  #server: LoopbackServer | undefined;

  private constructor(deployment: Deployment, served: Served) {
    this.deployment = deployment;
    this.#served = served;
    this.s3 = served.s3;
    this.secrets = served.secretsManager.secrets;
    this.athena = new LocalAthena(deployment, served.s3);
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

  /** Of what signs the manifests. */
  get publicKey(): KeyObject {
    return this.#signing.publicKey;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await Promise.all(Object.values(this.#served).map((service) => service.stop()));
  }

  #isAllowed(accessKeyId: string, call: IamCall): boolean {
    if (accessKeyId === ADMINISTRATOR) return true;
    const [, { Role }] = this.deployment.one("AWS::Lambda::Function", accessKeyId);
    const allowed =
      isAllowed(call, this.deployment.statementsOf(Role), this.#policiesOfResources()) &&
      (!call.action.startsWith("kms:") || this.#trustsAccount(call));
    if (!allowed) this.refusals.push(`${accessKeyId} ${call.action} on ${call.resource}`);
    return allowed;
  }

  /** What buckets and topics refuse. */
  #policiesOfResources(): Statement[] {
    return ["AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy"].flatMap((type) =>
      this.deployment.all(type).flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement),
    );
  }

  /** A key is used only as its own policy says: IAM's policies count where it trusts the account. */
  #trustsAccount(call: IamCall): boolean {
    const [, key] = this.deployment
      .all("AWS::KMS::Key")
      .find(([id]) => this.deployment.named(id).arn === call.resource) ?? ["", undefined];
    const root = `arn:aws:iam::${ACCOUNT}:root`;
    return (key?.KeyPolicy.Statement ?? []).some(
      (statement: Statement) =>
        (statement.Principal as { AWS?: string }).AWS === root && appliesTo(statement, call),
    );
  }

  async #answer(request: AwsRequest, response: ServerResponse): Promise<void> {
    const authorize = (call: IamCall) => this.#isAllowed(request.accessKeyId, call);
    const refused = iamCallsOf(request, this.deployment).find((call) => !authorize(call));
    if (refused !== undefined) {
      refuse(
        request,
        response,
        `not authorized to perform ${refused.action} on ${refused.resource}`,
      );
      return;
    }
    switch (request.service) {
      case "s3":
        return this.#forward(request, response, this.s3.endpoint);
      case "dynamodb":
        return this.#forward(request, response, this.#served.dynamoDb.endpoint);
      case "secretsmanager":
        return this.#forward(request, response, this.#served.secretsManager.endpoint);
      case "kms":
        response.end(JSON.stringify({ Signature: this.#sign(request.input.Message) }));
        return;
      case "athena":
        response.end(
          JSON.stringify(await this.athena.answer(request.operation, request.input, authorize)),
        );
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

  async #forward(request: AwsRequest, response: ServerResponse, endpoint: string): Promise<void> {
    const { method, url, headers, body } = request;
    const forwarded = httpRequest(new URL(url.pathname + url.search, endpoint), {
      method,
      headers,
    });
    forwarded.end(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      forwarded.once("response", resolve).once("error", reject);
    });
    // Who may not list the bucket is not told that an object is missing.
    const isMissing = request.service === "s3" && method === "GET" && answer.statusCode === 404;
    const bucket = url.pathname.split("/")[1] ?? "";
    if (isMissing && !this.#isAllowed(request.accessKeyId, s3Call(bucket, "s3:ListBucket"))) {
      answer.resume();
      refuse(request, response, `not authorized to perform s3:ListBucket on ${bucket}`);
      return;
    }
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  }
}

/** As the service of the request says it. */
function refuse({ service }: AwsRequest, response: ServerResponse, message: string): void {
  switch (service) {
    case "s3":
      response.statusCode = 403;
      response.end(`<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`);
      return;
    case "sns":
      response.statusCode = 403;
      response.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
      return;
    default:
      response.statusCode = 400;
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(JSON.stringify({ __type: "AccessDeniedException", message }));
  }
}
