import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DynamoDbSeenNamesStore } from "../../lib/aws/dynamodb-seen-names-store.ts";
import { MAX_SEEN_TERMS } from "../../lib/detect/seen-names.ts";
import { describeSeenNamesStore } from "../contracts/seen-names-store-contract.ts";
import { LocalDynamoDb } from "../fakes/local-dynamodb.ts";

let dynamoDb: LocalDynamoDb;
let tables = 0;

beforeAll(async () => {
  dynamoDb = await LocalDynamoDb.start();
  await Promise.all(
    Array.from({ length: 7 }, (_, i) => dynamoDb.createTable(`detection-${i}`, "pk")),
  );
});

afterAll(() => dynamoDb.stop());

function makeStore(): DynamoDbSeenNamesStore {
  tables += 1;
  return new DynamoDbSeenNamesStore(dynamoDb.client, `detection-${tables - 1}`);
}

describeSeenNamesStore("DynamoDB", makeStore);

describe("DynamoDbSeenNamesStore", () => {
  it("holds as many words as are ever kept, each as long as they come", async () => {
    const store = makeStore();
    const terms = Array.from({ length: MAX_SEEN_TERMS }, (_, i) => `field:${i}`.padEnd(120, "x"));
    await store.replace("a", new Set(terms));
    expect((await store.read("a"))?.size).toBe(MAX_SEEN_TERMS);
  });
});
