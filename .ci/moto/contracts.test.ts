import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DynamoDbAlertLedger } from "../../lib/aws/dynamodb-alert-ledger.ts";
import { DynamoDbCheckpointStore } from "../../lib/aws/dynamodb-checkpoint-store.ts";
import { DynamoDbCorrelationStore } from "../../lib/aws/dynamodb-correlation-store.ts";
import { DynamoDbSeenNamesStore } from "../../lib/aws/dynamodb-seen-names-store.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { describeAlertLedger } from "../../test/contracts/alert-ledger-contract.ts";
import { describeArchiveStore } from "../../test/contracts/archive-store-contract.ts";
import { describeCheckpointStore } from "../../test/contracts/checkpoint-store-contract.ts";
import { describeCorrelationStore } from "../../test/contracts/correlation-store-contract.ts";
import { describeSeenNamesStore } from "../../test/contracts/seen-names-store-contract.ts";
import { MOTO_CREDENTIALS, MOTO_REGION, type Server, startMoto } from "./moto.ts";

const TABLES = { source: 40, pk: 20 };
const WRITERS = 3;
const RACES = 30;

let moto: Server;
let dynamoDb: DynamoDBDocumentClient;
let made = 0;

beforeAll(async () => {
  moto = await startMoto();
  dynamoDb = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions()));
  for (const [key, count] of Object.entries(TABLES)) {
    for (let i = 0; i < count; i++) await createTable(`${key}-${i}`, key);
  }
});

afterAll(() => moto.stop());

describeArchiveStore("S3 in moto", async () => (await newBucket())());

// Made before: the contracts take a store without waiting.
describeCheckpointStore("DynamoDB in moto", () => {
  return new DynamoDbCheckpointStore(dynamoDb, nextTable("source"));
});
describeAlertLedger("DynamoDB in moto", () => new DynamoDbAlertLedger(dynamoDb, nextTable("pk")));
describeCorrelationStore("DynamoDB in moto", () => {
  return new DynamoDbCorrelationStore(dynamoDb, nextTable("pk"));
});
describeSeenNamesStore("DynamoDB in moto", () => {
  return new DynamoDbSeenNamesStore(dynamoDb, nextTable("pk"));
});

describe("writers that race for a key", () => {
  it("one creates it, and its body is what all read", async () => {
    const store = await newBucket();
    const stores = Array.from({ length: WRITERS }, store);
    for (let race = 0; race < RACES; race++) {
      const key = `audit_logs/${race}`;
      const outcomes = await Promise.all(
        stores.map((writer, i) => writer.put(key, Buffer.from(`writer ${i}`))),
      );
      expect(outcomes.toSorted()).toEqual(["created", "exists", "exists"]);
      const winner = Buffer.from(`writer ${outcomes.indexOf("created")}`);
      for (const reader of stores) expect(Buffer.from(await reader.get(key))).toEqual(winner);
    }
  });
});

/** @returns what makes a store over it, each with a client of its own */
async function newBucket(): Promise<() => S3ArchiveStore> {
  made += 1;
  const name = `bucket-${made}`;
  const clientOf = () => new S3Client({ ...clientOptions(), forcePathStyle: true });
  await clientOf().send(new CreateBucketCommand({ Bucket: name }));
  return () => new S3ArchiveStore(clientOf(), name);
}

const used = { source: 0, pk: 0 };
function nextTable(key: keyof typeof TABLES): string {
  used[key] += 1;
  return `${key}-${used[key] - 1}`;
}

async function createTable(name: string, key: string): Promise<void> {
  await dynamoDb.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
    }),
  );
}

function clientOptions() {
  return { endpoint: moto.endpoint, region: MOTO_REGION, credentials: MOTO_CREDENTIALS };
}
