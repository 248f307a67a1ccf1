import { GetObjectCommand, type GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../../fake-slack/entries.ts";
import { encodeObject } from "../../../lib/archive/archive-object.ts";
import { AddressContext } from "../../../lib/detect/context/address-context.ts";
import { CLAIM_MS } from "../../../lib/detect/raise-alerts.ts";
import { LocalDynamoDb } from "../../fakes/local-dynamodb.ts";
import { OBJECT_CREATED } from "../../fixtures/object-created-event.ts";
import { lambdaContext } from "../lambda-context.ts";

const TABLE = "detection";
const BUCKET = OBJECT_CREATED.detail.bucket.name;

const s3 = mockClient(S3Client);
const sns = mockClient(SNSClient);
let dynamoDb: LocalDynamoDb;
let handle: (event: SQSEvent) => Promise<SQSBatchResponse>;
let output: string[];
let hour = MONDAY_MORNING;

beforeAll(async () => {
  dynamoDb = await LocalDynamoDb.start();
  await dynamoDb.createTable(TABLE, "pk");
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.endpoint);
  vi.stubEnv("POWERTOOLS_DEV", "true"); // metrics and logs go to the global console
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  vi.stubEnv("ARCHIVE_BUCKET", BUCKET);
  vi.stubEnv("DETECTION_TABLE", TABLE);
  vi.stubEnv("ALERT_TOPIC_ARN", "arn:aws:sns:eu-central-1:111122223333:alerts");
  vi.stubEnv("DETECTION_RULES", '{"app-removed":"off","intune-disabled":"critical"}');
  vi.stubEnv("OWN_APP_IDS", "A0OWN");
  const { handler } = await import("../../../functions/detect/handler.ts");
  handle = (event) => handler(event, lambdaContext());
});

afterAll(async () => {
  for (const mock of [s3, sns]) mock.restore(); // or the files after this one meet it
  vi.unstubAllEnvs();
  await dynamoDb.stop();
});

beforeEach(() => {
  hour += 3600; // periods of their own for each test
  vi.useFakeTimers({ toFake: ["Date"], now: hour * 1000 });
  s3.reset();
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: "1" });
  output = [];
  for (const method of ["log", "info", "error", "warn"] as const) {
    vi.spyOn(console, method).mockImplementation((line) => output.push(String(line)));
  }
});

afterEach(() => {
  vi.useRealTimers();
});

/** Put an object with entries of these actions into S3, and give the message about it. */
async function newObject(...actions: string[]): Promise<SQSRecord> {
  const entries = actions.map((action, i) => {
    const { id = "", dateCreate, text } = makeEntry({ action, dateCreate: hour + i });
    return { id, dateCreate, bytes: Buffer.from(text) };
  });
  const { key, body } = await encodeObject("grid", entries);
  s3.on(GetObjectCommand, { Bucket: BUCKET, Key: key }).resolves({
    Body: { transformToByteArray: async () => body } as GetObjectCommandOutput["Body"],
  });
  return message(key);
}

function message(key: string): SQSRecord {
  const event = {
    ...OBJECT_CREATED,
    time: new Date(hour * 1000 + 60_000).toISOString(),
    detail: { ...OBJECT_CREATED.detail, object: { key } },
  };
  return record(JSON.stringify(event));
}

function record(body: string): SQSRecord {
  return { messageId: `message-${body.length}-${body.slice(-60)}`, body } as SQSRecord;
}

function published(): { ruleId: string; severity: string }[] {
  return sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => {
    const { ruleId, severity } = JSON.parse(JSON.parse(input.Message ?? "").default);
    return { ruleId, severity };
  });
}

/** The sums of the metrics that were printed. */
function emitted(): Record<string, number> {
  const documents = output.flatMap((line) => (line.includes("_aws") ? [JSON.parse(line)] : []));
  return Object.fromEntries(
    documents.flatMap((document) =>
      document._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => [
        Name,
        [document[Name]].flat().reduce((a: number, b: number) => a + b, 0),
      ]),
    ),
  );
}

describe("the handler of detection", () => {
  it("publishes what the configured rules say of a new object", async () => {
    const event = { Records: [await newObject("user_login", "intune_disabled", "app_deleted")] };
    expect(await handle(event)).toEqual({ batchItemFailures: [] });
    expect(published()).toEqual([{ ruleId: "intune-disabled", severity: "critical" }]);
    expect(emitted()).toEqual({
      DetectedObjects: 1,
      DetectedEntries: 3,
      RuleMatches: 1,
      AlertsPublished: 1,
      NewTerms: expect.any(Number),
    });
  });

  it("publishes nothing twice when the message is delivered again", async () => {
    const event = { Records: [await newObject("intune_disabled")] };
    await handle(event);
    expect(await handle(event)).toEqual({ batchItemFailures: [] });
    expect(published()).toHaveLength(1);
    expect(emitted()).toMatchObject({ AlertsSuppressed: 1 });
  });

  it("correlates objects that come in any order, and publishes once, also after SNS failed", async () => {
    const failed = Array.from({ length: 5 }, () => "user_login_failed");
    const [login, failures] = [await newObject("user_login"), await newObject(...failed)];
    hour += 10; // the sign-in came last, and its object first
    const late = await newObject("user_login");
    expect(await handle({ Records: [login, late] })).toEqual({ batchItemFailures: [] });
    expect(published()).toEqual([]);

    sns.on(PublishCommand).rejectsOnce(new Error("Throttled")).resolves({ MessageId: "1" });
    expect((await handle({ Records: [failures] })).batchItemFailures).toHaveLength(1);

    vi.setSystemTime(hour * 1000 + CLAIM_MS);
    sns.reset();
    sns.on(PublishCommand).resolves({ MessageId: "1" });
    for (const object of [failures, late, failures]) {
      expect(await handle({ Records: [object] })).toEqual({ batchItemFailures: [] });
    }
    expect(published()).toEqual([{ ruleId: "login-after-failures", severity: "high" }]);
  });

  it("gives back only the messages that failed", async () => {
    const [good, alien] = [await newObject("intune_disabled"), record("not an event")];
    const foreign = message("audit_logs/by-hand.txt");
    const response = await handle({ Records: [alien, foreign, good] });
    expect(response.batchItemFailures).toEqual([
      { itemIdentifier: alien.messageId },
      { itemIdentifier: foreign.messageId },
    ]);
    expect(published()).toHaveLength(1);
    expect(emitted()).toMatchObject({ DetectionFailed: 2 });
  });

  it("gives the message back when the object cannot be read, and publishes at the next delivery", async () => {
    const event = { Records: [await newObject("intune_disabled")] };
    s3.reset();
    s3.on(GetObjectCommand).rejects(new Error("AccessDenied"));
    expect((await handle(event)).batchItemFailures).toHaveLength(1);
    expect(published()).toEqual([]);
    expect(output.join("\n")).toContain("AccessDenied");

    const again = { Records: [await newObject("intune_disabled")] };
    expect(await handle(again)).toEqual({ batchItemFailures: [] });
    expect(published()).toHaveLength(1);
  });

  it("gives the message back when SNS fails, and publishes what is left at the next delivery", async () => {
    const event = { Records: [await newObject("intune_disabled", "ekm_unenrolled")] };
    sns.on(PublishCommand).rejectsOnce(new Error("Throttled")).resolves({ MessageId: "1" });
    expect((await handle(event)).batchItemFailures).toHaveLength(1);
    expect(emitted()).toEqual({ AlertsPublished: 1, DetectionFailed: 1 });

    vi.setSystemTime(hour * 1000 + CLAIM_MS);
    sns.reset();
    sns.on(PublishCommand).resolves({ MessageId: "1" });
    expect(await handle(event)).toEqual({ batchItemFailures: [] });
    expect(published()).toHaveLength(1);
  });

  it("raises no alerts about an object of a backfill", async () => {
    const object = await newObject("intune_disabled");
    const body = object.body.replace(/"time":"[^"]+"/, '"time":"2027-01-01T00:00:00Z"');
    expect(await handle({ Records: [record(body)] })).toEqual({ batchItemFailures: [] });
    expect(published()).toEqual([]);
    expect(emitted()).toMatchObject({ ObjectsTooOld: 1 });
  });
});

it("says once an object how many look-ups of addresses failed", async () => {
  const failed = { database: "countries", count: 3, error: new Error("damaged") } as const;
  vi.spyOn(AddressContext.prototype, "takeFailures").mockReturnValueOnce([failed]);
  await handle({ Records: [await newObject("user_login")] });
  const logged = output.filter((line) => line.includes("look-ups of addresses failed"));
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([
    { database: "countries", count: 3, error: { message: "damaged" } },
  ]);
});
