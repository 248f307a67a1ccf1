import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DynamoDbAlertLedger } from "../../lib/aws/dynamodb-alert-ledger.ts";
import { CLAIM_MS, raiseAlerts } from "../../lib/detect/raise-alerts.ts";
import { describeAlertLedger } from "../contracts/alert-ledger-contract.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { LocalDynamoDb } from "../fakes/local-dynamodb.ts";

let dynamoDb: LocalDynamoDb;
let tables = 0;

beforeAll(async () => {
  dynamoDb = await LocalDynamoDb.start();
  await Promise.all(
    Array.from({ length: 13 }, (_, i) => dynamoDb.createTable(`detection-${i}`, "pk")),
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

/** What Powertools' Idempotency does otherwise: docs/adr/0011-no-powertools-idempotency-or-batch.md. */
describe("raiseAlerts over DynamoDB", () => {
  const NOW_MS = Date.UTC(2026, 0, 5, 12);

  function bed() {
    const table = nextTable();
    const published: unknown[] = [];
    const ledger = new DynamoDbAlertLedger(dynamoDb.client, table);
    const raise = (owner: string, nowMs = NOW_MS, publish: () => Promise<void> = async () => {}) =>
      raiseAlerts(
        [makeAlert("a")],
        {
          ledger,
          sink: {
            publish: async ({ attributes }) => {
              await publish();
              published.push(attributes.alertId);
            },
          },
          clock: { nowMs: () => nowMs },
        },
        { owner, forgetAfterSeconds: 86_400 },
      );
    return { table, published, raise };
  }

  it("suppresses what a ledger of version 0.1.0 has as published", async () => {
    const { table, published, raise } = bed();
    await dynamoDb.client.send(
      new PutCommand({
        TableName: table,
        Item: { pk: "alert#a", published: true, expiresAt: NOW_MS / 1000 + 86_400 },
      }),
    );

    expect(await raise("one")).toMatchObject({ published: 0, suppressed: 1 });
    expect(published).toEqual([]);
  });

  it("publishes at once when the answer to the claim was lost, and the SDK sent it again", async () => {
    const { published, raise } = bed();
    let lost = 0;
    dynamoDb.client.middlewareStack.add(
      (next) => async (args) => {
        if (lost === 0) {
          lost += 1;
          await next(args);
        }
        return next(args);
      },
      { step: "deserialize", priority: "low", name: "lose an answer" },
    );

    expect(await raise("one")).toMatchObject({ published: 1, suppressed: 0 });
    dynamoDb.client.middlewareStack.remove("lose an answer");
    expect(lost).toBe(1);
    expect(published).toEqual(["a"]);
  });

  it("keeps an alert published when an attempt whose claim ran out fails after all", async () => {
    const { published, raise } = bed();
    const claimed = Promise.withResolvers<void>();
    const slowPublish = Promise.withResolvers<void>();
    const first = raise("one", NOW_MS, () => {
      claimed.resolve();
      return slowPublish.promise;
    });
    await claimed.promise;
    await raise("two", NOW_MS + CLAIM_MS);
    slowPublish.reject(new Error("the answer of SNS was lost"));
    expect((await first).errors).toHaveLength(1);

    expect(await raise("three", NOW_MS + 2 * CLAIM_MS)).toMatchObject({
      published: 0,
      suppressed: 1,
    });
    expect(published).toEqual(["a"]);
  });
});
