import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DynamoDbCorrelationStore } from "../../lib/aws/dynamodb-correlation-store.ts";
import { describeCorrelationStore } from "../contracts/correlation-store-contract.ts";
import { LocalDynamoDb } from "../fakes/local-dynamodb.ts";

let dynamoDb: LocalDynamoDb;
let tables = 0;

beforeAll(async () => {
  dynamoDb = await LocalDynamoDb.start();
  await Promise.all(
    Array.from({ length: 5 }, (_, i) => dynamoDb.createTable(`detection-${i}`, "pk")),
  );
});

afterAll(() => dynamoDb.stop());

function makeStore(): DynamoDbCorrelationStore {
  tables += 1;
  return new DynamoDbCorrelationStore(dynamoDb.client, `detection-${tables - 1}`);
}

describeCorrelationStore("DynamoDB", makeStore);

describe("DynamoDbCorrelationStore", () => {
  it("has a prefix of its own in the table, and a time to live", async () => {
    await makeStore().add("a", new Set(["1"]), 1_800_000_000);
    const { Item } = await dynamoDb.client.send(
      new GetCommand({ TableName: `detection-${tables - 1}`, Key: { pk: "correlation#a" } }),
    );
    expect(Item).toEqual({
      pk: "correlation#a",
      points: new Set(["1"]),
      expiresAt: 1_800_000_000,
    });
  });
});
