import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type FakeSlack, startFakeSlack } from "../../../fake-slack/fake-slack.ts";
import { DynamoDbSeenNamesStore } from "../../../lib/aws/dynamodb-seen-names-store.ts";
import { seenName } from "../../../lib/detect/seen-names.ts";
import { LocalDynamoDb } from "../../fakes/local-dynamodb.ts";
import { lambdaContext } from "../lambda-context.ts";

const TABLE = "detection";

const sns = mockClient(SNSClient);
let dynamoDb: LocalDynamoDb;
let slack: FakeSlack;
let handle: (event: unknown) => Promise<void>;
let output: string[];

beforeAll(async () => {
  [dynamoDb, slack] = await Promise.all([LocalDynamoDb.start(), startFakeSlack()]);
  await dynamoDb.createTable(TABLE, "pk");
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.endpoint);
  vi.stubEnv("POWERTOOLS_DEV", "true"); // metrics and logs go to the global console
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  vi.stubEnv("DETECTION_TABLE", TABLE);
  vi.stubEnv("ALERT_TOPIC_ARN", "arn:aws:sns:eu-central-1:111122223333:alerts");
  const { handler } = await import("../../../functions/schema-watch/handler.ts");
  handle = (event) => handler(event, lambdaContext());
});

afterAll(async () => {
  for (const mock of [sns]) mock.restore(); // or the files after this one meet it
  vi.unstubAllEnvs();
  await Promise.all([dynamoDb.stop(), slack.close()]);
});

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: "1" });
  output = [];
  for (const method of ["log", "info", "error", "warn"] as const) {
    vi.spyOn(console, method).mockImplementation((line) => output.push(String(line)));
  }
});

describe("the handler of schema drift", () => {
  it("reports by SNS and metrics what entries have held since the last look", async () => {
    const event = { source: "grid", apiBase: slack.baseUrl };
    await handle(event);
    expect(sns.commandCalls(PublishCommand)).toHaveLength(0);

    const store = new DynamoDbSeenNamesStore(dynamoDb.client, TABLE);
    await store.add(seenName("grid"), new Set(["action:brand_new_action"]));
    output = [];
    await handle(event);
    expect(sns.commandCalls(PublishCommand)[0]?.args[0].input).toMatchObject({
      Subject: expect.stringContaining("0 announced, 0 withdrawn, 1 first seen"),
      Message: expect.stringContaining("action:brand_new_action (not on Slack's list)"),
    });
    const document = JSON.parse(output.find((line) => line.includes("_aws")) ?? "{}");
    expect(document).toMatchObject({
      source: "grid",
      TermsAnnounced: 0,
      TermsWithdrawn: 0,
      TermsFirstSeen: 1,
    });
  });

  it.each([{}, { source: "" }, { source: "grid", apiBase: "slack" }, null])(
    "refuses an event that names no source or no URL: %j",
    async (event) => {
      await expect(handle(event)).rejects.toThrow(/source|apiBase|object/);
    },
  );
});
