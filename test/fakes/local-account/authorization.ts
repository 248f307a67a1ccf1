import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AwsRequest } from "./aws-request.ts";
import { ACCOUNT, type Deployment } from "./deployment.ts";
import { iamCallsOf, s3Call } from "./iam-calls.ts";
import { appliesTo, type IamCall, isAllowed, type Statement } from "./policy.ts";

/** Signs as one who may do everything. */
export const ADMINISTRATOR = "administrator";

/** Decides whether a caller may do what it asks for: a function, which signs with its logical id. */
export class Authorization {
  /** Calls that were refused: `Closinggrid… s3:ListBucket on arn:…`. */
  readonly refusals: string[] = [];
  readonly #deployment: Deployment;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  /** @returns why the request is refused; nothing when it may pass */
  refusedOf(request: AwsRequest): string | undefined {
    if (request.accessKeyId === ADMINISTRATOR) return undefined;
    const refused = iamCallsOf(request, this.#deployment).find(
      (call) => !this.allows(request.accessKeyId, call),
    );
    return refused && `not authorized to perform ${refused.action} on ${refused.resource}`;
  }

  allows(accessKeyId: string, call: IamCall): boolean {
    if (accessKeyId === ADMINISTRATOR) return true;
    const [, { Role }] = this.#deployment.one("AWS::Lambda::Function", accessKeyId);
    const allowed =
      isAllowed(call, this.#deployment.statementsOf(Role), this.#policiesOfResources()) &&
      (!call.action.startsWith("kms:") || this.#trustsAccount(call));
    if (!allowed) this.refusals.push(`${accessKeyId} ${call.action} on ${call.resource}`);
    return allowed;
  }

  /** Pass a request on that may pass; its answer says no more than the caller may know. */
  async forward(request: AwsRequest, response: ServerResponse, endpoint: string): Promise<void> {
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
    if (isMissing && !this.allows(request.accessKeyId, s3Call(bucket, "s3:ListBucket"))) {
      answer.resume();
      refuse(request, response, `not authorized to perform s3:ListBucket on ${bucket}`);
      return;
    }
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  }

  /** What buckets and topics refuse. */
  #policiesOfResources(): Statement[] {
    return ["AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy"].flatMap((type) =>
      this.#deployment.all(type).flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement),
    );
  }

  /** A key is used only as its own policy says: IAM's policies count where it trusts the account. */
  #trustsAccount(call: IamCall): boolean {
    const [, key] = this.#deployment
      .all("AWS::KMS::Key")
      .find(([id]) => this.#deployment.named(id).arn === call.resource) ?? ["", undefined];
    const root = `arn:aws:iam::${ACCOUNT}:root`;
    return (key?.KeyPolicy.Statement ?? []).some(
      (statement: Statement) =>
        (statement.Principal as { AWS?: string }).AWS === root && appliesTo(statement, call),
    );
  }
}

/** As the service of the request says it. */
export function refuse({ service }: AwsRequest, response: ServerResponse, message: string): void {
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
