/** What a request to AWS must be allowed, the calls that a service makes in the caller's name among it. */
import type { AwsRequest } from "./aws-request.ts";
import { arnOf, type Deployment, REGION } from "./deployment.ts";
import type { IamCall } from "./policy.ts";

/** @throws {Error} when the request is one of which nothing is known */
export function iamCallsOf(request: AwsRequest, deployment: Deployment): IamCall[] {
  const toCalls = SERVICES[request.service];
  if (toCalls === undefined) throw new Error(`nothing is known of the service ${request.service}`);
  return toCalls(request, deployment);
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
const SECRET_KEY_USES: Record<string, string[]> = {
  GetSecretValue: ["kms:Decrypt"],
  PutSecretValue: ["kms:GenerateDataKey", "kms:Decrypt"],
};

const SERVICES: Record<string, (request: AwsRequest, deployment: Deployment) => IamCall[]> = {
  athena: ({ operation, input }) => [
    {
      action: `athena:${operation}`,
      // The fakes' queries all run in the one workgroup, which an execution's id does not tell.
      resource: arnOf("athena", `workgroup/${input.WorkGroup ?? "slack-audit-lake"}`),
      context: {},
    },
  ],
  dynamodb: dynamoDbCalls,
  events: ({ operation, input }) =>
    input.Entries.map(({ EventBusName }: { EventBusName: string }) => ({
      action: `events:${operation}`,
      resource: EventBusName,
      context: {},
    })),
  kms: ({ operation, input }) => [
    {
      action: `kms:${operation}`,
      resource: input.KeyId,
      context: {
        "kms:SigningAlgorithm": input.SigningAlgorithm,
        "kms:MessageType": input.MessageType,
      },
    },
  ],
  s3: s3Calls,
  secretsmanager: ({ operation, input }, deployment) => {
    const [, secret] = deployment.byRef("AWS::SecretsManager::Secret", input.SecretId) ?? ["", {}];
    const resource = input.SecretId.startsWith("arn:")
      ? input.SecretId
      : arnOf("secretsmanager", `secret:${input.SecretId}-AbCdEf`);
    return [
      { action: `secretsmanager:${operation}`, resource, context: {} },
      ...throughService("secretsmanager", secret.KmsKeyId, SECRET_KEY_USES[operation] ?? []),
    ];
  },
  sqs: ({ operation, input }) => [
    {
      action: `sqs:${operation}`,
      resource: arnOf("sqs", input.QueueUrl.split("/").at(-1)),
      context: {},
    },
  ],
  sns: ({ operation, input }, deployment) => {
    const [, topic] = deployment.byRef("AWS::SNS::Topic", input.TopicArn) ?? ["", {}];
    return [
      { action: `sns:${operation}`, resource: input.TopicArn, context: {} },
      ...throughService("sns", topic.KmsMasterKeyId, ["kms:GenerateDataKey", "kms:Decrypt"]),
    ];
  },
};

const ITEM_OPERATIONS = new Set(["GetItem", "PutItem", "UpdateItem", "DeleteItem"]);

function dynamoDbCalls({ operation, input }: AwsRequest, deployment: Deployment): IamCall[] {
  const [id, table] = deployment.byRef("AWS::DynamoDB::Table", input.TableName) ?? [];
  if (id === undefined) throw new Error(`there is no table ${input.TableName}`);
  const call = { action: `dynamodb:${operation}`, resource: deployment.named(id).arn };
  if (operation === "Scan") return [{ ...call, context: {} }];
  if (!ITEM_OPERATIONS.has(operation)) throw new Error(`nothing is known of ${operation}`);
  const [{ AttributeName }] = table.KeySchema;
  const { S } = (input.Key ?? input.Item)[AttributeName];
  return [{ ...call, context: { "dynamodb:LeadingKeys": [S] } }];
}

function s3Calls(request: AwsRequest, deployment: Deployment): IamCall[] {
  const { method, url, headers } = request;
  const [, bucket = "", key = ""] =
    /^\/([^/]+)\/?(.*)$/s.exec(decodeURIComponent(url.pathname)) ?? [];
  if (key === "" && url.searchParams.get("list-type") === "2") {
    return [s3Call(bucket, "s3:ListBucket", { "s3:prefix": url.searchParams.get("prefix") ?? "" })];
  }
  const ifNoneMatch = headers["if-none-match"];
  switch (method) {
    case "PUT":
      return putObject(deployment, bucket, key, {
        ...(ifNoneMatch === undefined ? {} : { "s3:if-none-match": ifNoneMatch }),
      });
    case "GET":
    case "HEAD":
      return getObject(deployment, bucket, key);
    case "DELETE":
      return [s3Call(`${bucket}/${key}`, "s3:DeleteObject")];
    default:
      throw new Error(`nothing is known of ${method} ${url.pathname}`);
  }
}

export function s3Call(path: string, action: string, context: IamCall["context"] = {}): IamCall {
  return {
    action,
    resource: `arn:aws:s3:::${path}`,
    context: { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3", ...context },
  };
}

export function getObject(deployment: Deployment, bucket: string, key: string): IamCall[] {
  return [
    s3Call(`${bucket}/${key}`, "s3:GetObject"),
    ...throughService("s3", keyOfBucket(deployment, bucket), ["kms:Decrypt"]),
  ];
}

export function putObject(
  deployment: Deployment,
  bucket: string,
  key: string,
  context: IamCall["context"] = {},
): IamCall[] {
  return [
    s3Call(`${bucket}/${key}`, "s3:PutObject", context),
    ...throughService("s3", keyOfBucket(deployment, bucket), ["kms:GenerateDataKey"]),
  ];
}

function keyOfBucket(deployment: Deployment, bucket: string): string | undefined {
  const [, properties] = deployment.byRef("AWS::S3::Bucket", bucket) ?? ["", {}];
  const [rule] = properties.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  return rule?.ServerSideEncryptionByDefault.KMSMasterKeyID;
}

/** @param keyArn - absent: the service encrypts with a key of its own */
function throughService(
  service: string,
  keyArn: string | undefined,
  actions: readonly string[],
): IamCall[] {
  if (keyArn === undefined) return [];
  const context = { "kms:ViaService": `${service}.${REGION}.amazonaws.com` };
  return actions.map((action) => ({ action, resource: keyArn, context }));
}
