import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

/** An HTTP request to AWS, as far as it can be read without knowing the service. */
export interface AwsRequest {
  method: string;
  url: URL;
  headers: IncomingMessage["headers"];
  body: Buffer;
  /** Access key id that signed it. */
  accessKeyId: string;
  /** As signatures name it: `s3`, `dynamodb`. */
  service: string;
  /** `GetItem`; empty for S3, whose operation is in method and address. */
  operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: each operation has its own input
  input: any;
}

const CREDENTIAL = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/;

/** @throws {Error} when it is not signed */
export async function readAwsRequest(request: IncomingMessage): Promise<AwsRequest> {
  const [, accessKeyId, service] = CREDENTIAL.exec(request.headers.authorization ?? "") ?? [];
  if (accessKeyId === undefined || service === undefined) {
    throw new Error(`${request.method} ${request.url} is not signed`);
  }
  const body = await buffer(request);
  return {
    method: request.method ?? "",
    url: new URL(request.url ?? "/", "http://127.0.0.1"),
    headers: request.headers,
    ...{ body, accessKeyId, service },
    ...(service === "s3" ? { operation: "", input: {} } : readOperation(request, body)),
  };
}

/** AWS's JSON protocols name the operation in a header, its query protocol in the body. */
function readOperation(request: IncomingMessage, body: Buffer) {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") {
    return { operation: target.split(".").at(-1) ?? "", input: JSON.parse(body.toString()) };
  }
  const { Action = "", ...input } = Object.fromEntries(new URLSearchParams(body.toString()));
  return { operation: Action, input };
}
