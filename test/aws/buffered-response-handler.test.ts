import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { BufferedResponseHandler } from "../../lib/aws/buffered-response-handler.ts";
import { ScriptedAws } from "./scripted-aws.ts";

const body = Buffer.from('{"Item":{"source":{"S":"acme"}}}');
const stalled = { status: 200, body, stallAfterBytes: 5 };

let aws: ScriptedAws;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  return () => aws.stop();
});

function options(attemptTimeoutMs: number) {
  return {
    endpoint: aws.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    forcePathStyle: true,
    maxAttempts: 2,
    requestHandler: new BufferedResponseHandler({ connectionTimeoutMs: 2_000, attemptTimeoutMs }),
  };
}

const getObject = (attemptTimeoutMs: number, abortSignal?: AbortSignal) =>
  new S3Client(options(attemptTimeoutMs))
    .send(new GetObjectCommand({ Bucket: "bucket", Key: "key" }), { abortSignal })
    .then(({ Body }) => Body?.transformToString());

const getItem = (attemptTimeoutMs: number) =>
  new DynamoDBClient(options(attemptTimeoutMs))
    .send(new GetItemCommand({ TableName: "t", Key: { source: { S: "acme" } } }))
    .then(({ Item }) => Item?.source?.S);

describe("BufferedResponseHandler", () => {
  it("gives answers as the SDK's own handler does", async () => {
    aws.answers = [
      { status: 200, body },
      { status: 200, body },
    ];
    expect(await getObject(10_000)).toBe(body.toString());
    expect(await getItem(10_000)).toBe("acme");
  });

  it.each([
    ["S3", getObject],
    ["DynamoDB", getItem],
  ])("ends a call whose body stalls, to %s", async (_, call) => {
    aws.answers = [stalled, stalled];
    await expect(call(50)).rejects.toThrow("127.0.0.1 did not give a whole answer within 50 ms");
  });

  it.each([
    ["S3", getObject, body.toString()],
    ["DynamoDB", getItem, "acme"],
  ])("lets the SDK ask again when a body is cut, to %s", async (_, call, expected) => {
    aws.answers = [
      { status: 200, body, cutAfterBytes: 5 },
      { status: 200, body },
    ];
    expect(await call(10_000)).toBe(expected);
    expect(aws.requests).toBe(2);
  });

  it("ends with the caller's signal, and is not tried again", async () => {
    const controller = new AbortController();
    aws.answers = [stalled, { status: 200, body }];
    aws.onStall = () => controller.abort();
    await expect(getObject(10_000, controller.signal)).rejects.toThrow(/abort/i);
    expect(aws.requests).toBe(1);
  });
});
