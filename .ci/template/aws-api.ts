import { ADMINISTRATOR } from "../../test/fakes/local-account/authorization.ts";
import { REGION } from "../../test/fakes/local-account/deployment.ts";

/** What AWS clients are given to talk to an endpoint as one who may do everything. */
export function clientOptions(endpoint: string) {
  return {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: ADMINISTRATOR, secretAccessKey: "local" },
  };
}

/** One call of SQS, whose client no other part needs. */
export async function callSqs<Answer>(
  endpoint: string,
  operation: string,
  input: object,
): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `AmazonSQS.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${ADMINISTRATOR}/20260101/${REGION}/sqs/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${await response.text()}`);
  return response.json() as Promise<Answer>;
}
