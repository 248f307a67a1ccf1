import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DynamoDbAlertLedger } from "../../lib/aws/dynamodb-alert-ledger.ts";
import { describeAlertLedger } from "../contracts/alert-ledger-contract.ts";
import { LocalDynamoDb } from "../fakes/local-dynamodb.ts";

let dynamoDb: LocalDynamoDb;
let tables = 0;

beforeAll(async () => {
  dynamoDb = await LocalDynamoDb.start();
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => dynamoDb.createTable(`detection-${i}`, "pk")),
  );
});

afterAll(() => dynamoDb.stop());

function nextTable(): string {
  tables += 1;
  return `detection-${tables - 1}`;
}

describeAlertLedger("DynamoDB", () => new DynamoDbAlertLedger(dynamoDb.client, nextTable()));

describe("DynamoDbAlertLedger", () => {
  it("gives the item a time to live, and keeps it when the alert is published", async () => {
    const table = nextTable();
    const ledger = new DynamoDbAlertLedger(dynamoDb.client, table);
    await ledger.claim("a", { owner: "one", expiresAt: 2_000 }, 1_000, 1_770_000_000);
    await ledger.markPublished("a");
    const { Item } = await dynamoDb.client.send(
      new GetCommand({ TableName: table, Key: { pk: "alert#a" } }),
    );
    expect(Item).toEqual({ pk: "alert#a", published: true, expiresAt: 1_770_000_000 });
  });

  it("fails when DynamoDB fails, and claims nothing", async () => {
    const ledger = new DynamoDbAlertLedger(dynamoDb.client, "no-such-table");
    await expect(
      ledger.claim("a", { owner: "one", expiresAt: 2_000 }, 1_000, 2_000),
    ).rejects.toThrow(/resource not found/i);
  });
});
