import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DynamoDbCheckpointStore } from "../../lib/aws/dynamodb-checkpoint-store.ts";
import { describeCheckpointStore } from "../contracts/checkpoint-store-contract.ts";
import { LocalDynamoDb } from "../fakes/local-dynamodb.ts";

const TABLES = 40;

let dynamoDb: LocalDynamoDb;
let used = 0;

beforeAll(async () => {
  dynamoDb = await LocalDynamoDb.start();
  await Promise.all(
    Array.from({ length: TABLES }, (_, i) => dynamoDb.createTable(`checkpoints-${i}`, "source")),
  );
});

afterAll(() => dynamoDb.stop());

describeCheckpointStore("DynamoDB", () => {
  used += 1;
  return new DynamoDbCheckpointStore(dynamoDb.client, `checkpoints-${used - 1}`);
});

describe("DynamoDbCheckpointStore", () => {
  const lease = { owner: "one", expiresAt: 2_000 };

  it("fails when DynamoDB fails, and does not take that for a lease held by another", async () => {
    const store = new DynamoDbCheckpointStore(dynamoDb.client, "no-such-table");

    await expect(store.acquire("acme", lease, 1_000)).rejects.toThrow(/resource not found/i);
    await expect(store.release("acme", "one", 1_000)).rejects.toThrow(/resource not found/i);
  });

  it("asks again for a lease that was given up in between, a few times", async () => {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "eu-central-1" }));
    const mock = mockClient(client);
    mock
      .on(UpdateCommand)
      .rejects(new ConditionalCheckFailedException({ message: "held", $metadata: {} }));
    mock.on(GetCommand).resolves({ Item: { source: "acme", updatedAt: 1 } });
    const store = new DynamoDbCheckpointStore(client, "checkpoints");

    await expect(store.acquire("acme", lease, 1_000)).rejects.toThrow(/taken and given up faster/);
    expect(mock.commandCalls(UpdateCommand)).toHaveLength(3);
  });
});
