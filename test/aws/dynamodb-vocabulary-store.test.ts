import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DynamoDbVocabularyStore } from "../../lib/aws/dynamodb-vocabulary-store.ts";
import { MAX_SEEN_TERMS } from "../../lib/detect/seen-vocabulary.ts";
import { describeVocabularyStore } from "../contracts/vocabulary-store-contract.ts";
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

function makeStore(): DynamoDbVocabularyStore {
  tables += 1;
  return new DynamoDbVocabularyStore(dynamoDb.client, `detection-${tables - 1}`);
}

describeVocabularyStore("DynamoDB", makeStore);

describe("DynamoDbVocabularyStore", () => {
  it("holds as many words as are ever kept, each as long as they come", async () => {
    const store = makeStore();
    const terms = Array.from({ length: MAX_SEEN_TERMS }, (_, i) => `field:${i}`.padEnd(120, "x"));
    await store.replace("a", new Set(terms));
    expect((await store.read("a"))?.size).toBe(MAX_SEEN_TERMS);
  });
});
