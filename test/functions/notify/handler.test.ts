import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { toNotification } from "../../../lib/detect/alert-notification.ts";
import { systemClock } from "../../../lib/slack/clock.ts";
import { makeAlert } from "../../detect/make-alert.ts";
import { LocalDynamoDb } from "../../fakes/local-dynamodb.ts";
import { ScriptedServer } from "../../notify/scripted-server.ts";
import { NOW_MS } from "../../notify/target-bed.ts";
import { lambdaContext } from "../lambda-context.ts";

const SECRET = "audit-lake/soc";
const sqs = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);
let slack: ScriptedServer;
let dynamoDb: LocalDynamoDb;
let handle: (event: SQSEvent) => Promise<SQSBatchResponse>;
let output: string[];
let alerts = 0;

beforeAll(async () => {
  slack = await ScriptedServer.start(() => ({ status: 200, body: "ok" }));
  dynamoDb = await LocalDynamoDb.start();
  await dynamoDb.createTable("detection", "pk");
  const variables = {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    POWERTOOLS_DEV: "true", // metrics and logs go to the global console
    POWERTOOLS_METRICS_DISABLED: "false",
    TARGET_NAME: "soc",
    TARGET: JSON.stringify({ type: "slack", secret: SECRET }),
    ROUTES: JSON.stringify([{ severity: "high", targets: ["soc"] }]),
    DETECTION_TABLE: "detection",
    QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/111122223333/alerts",
    DEAD_LETTERS_URL: "https://sqs.eu-central-1.amazonaws.com/111122223333/dead-letters",
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const { handler } = await import("../../../functions/notify/handler.ts");
  handle = (event) => handler(event, lambdaContext());
});

afterAll(async () => {
  for (const mock of [sqs, secrets]) mock.restore(); // or the files after this one meet it
  vi.unstubAllEnvs();
  await Promise.all([dynamoDb.stop(), slack.stop()]);
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW_MS });
  vi.spyOn(systemClock, "sleep").mockResolvedValue();
  slack.reset();
  sqs.reset();
  sqs.on(ChangeMessageVisibilityCommand).resolves({});
  sqs.on(SendMessageCommand).resolves({});
  secrets.reset();
  secrets
    .on(GetSecretValueCommand, { SecretId: SECRET, VersionStage: "AWSCURRENT" })
    .callsFake(() => ({
      VersionId: "1",
      SecretString: `${slack.endpoint}/services/T0/B0/secret0`,
    }));
  output = [];
  for (const method of ["log", "info", "error", "warn"] as const) {
    vi.spyOn(console, method).mockImplementation((line) => output.push(String(line)));
  }
});

afterEach(() => {
  vi.useRealTimers();
  expect(output.join("\n")).not.toContain("secret0");
});

/** The message of an alert of its own. */
function message(more: Parameters<typeof makeAlert>[1] = {}, receives = 1): SQSRecord {
  alerts += 1;
  return record(JSON.stringify(toNotification(makeAlert(`alert-${alerts}`, more)).data), receives);
}

function record(body: string, receives = 1): SQSRecord {
  return {
    ...{ messageId: "message", receiptHandle: "receipt", body },
    attributes: { ApproximateReceiveCount: String(receives) },
  } as SQSRecord;
}

const DONE = { batchItemFailures: [] };
const AGAIN = { batchItemFailures: [{ itemIdentifier: "message" }] };

function emitted(): string[] {
  return output.flatMap((line) =>
    line.includes("_aws")
      ? JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name)
      : [],
  );
}

it("sends an alert once, however often its message comes", async () => {
  const Records = [message()];
  expect(await handle({ Records })).toEqual(DONE);
  expect(await handle({ Records })).toEqual(DONE);
  expect(slack.received.map(({ body }) => body.text)).toEqual([expect.stringContaining("[HIGH] ")]);
  expect(emitted()).toEqual(["AlertsDelivered"]);
  const [metrics = "{}"] = output.filter((line) => line.includes("_aws"));
  expect(JSON.parse(metrics)).toMatchObject({ service: "notify", target: "soc" });
});

it("leaves alerts alone that no route leads here", async () => {
  expect(await handle({ Records: [message({ severity: "medium" })] })).toEqual(DONE);
  expect(slack.received).toEqual([]);
});

it("has an alert come again, later each time, while the target fails", async () => {
  const failure = { status: 500 };
  for (const [receives, seconds] of [
    [1, 120],
    [3, 480],
    [9, 1800],
  ] as const) {
    slack.reset(failure, failure, failure);
    expect(await handle({ Records: [message({}, receives)] })).toEqual(AGAIN);
    const [call] = sqs.commandCalls(ChangeMessageVisibilityCommand).slice(-1);
    const { ReceiptHandle, VisibilityTimeout = 0 } = call?.args[0].input ?? {};
    expect(ReceiptHandle).toBe("receipt");
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(seconds);
    expect(VisibilityTimeout).toBeLessThanOrEqual(seconds * 1.25);
  }
  expect(emitted()).toEqual(Array(3).fill("DeliveriesFailed"));
});

it("has it come again when the target asks for it", async () => {
  slack.reset({ status: 429, headers: { "retry-after": "900" } });
  expect(await handle({ Records: [message()] })).toEqual(AGAIN);
  expect(sqs.commandCalls(ChangeMessageVisibilityCommand)[0]?.args[0].input).toMatchObject({
    VisibilityTimeout: 900,
  });
});

it("sends it after a failure, once the message comes again", async () => {
  const first = message();
  slack.reset({ status: 500 }, { status: 500 }, { status: 500 });
  expect(await handle({ Records: [first] })).toEqual(AGAIN);
  vi.setSystemTime(NOW_MS + 120_000);
  expect(await handle({ Records: [first] })).toEqual(DONE);
  expect(slack.received).toHaveLength(4);
});

it("leaves an alert that another attempt has claimed to that", async () => {
  const first = message();
  slack.reset({ status: 500 }, { status: 500 }, { status: 500 });
  await handle({ Records: [first] });
  expect(await handle({ Records: [first] })).toEqual(AGAIN);
  expect(slack.received).toHaveLength(3);
});

it.each([
  ["the target refuses", { status: 404, body: "no_service at T0/B0/secret0" }, undefined],
  ["is no alert", { status: 200 }, "{}"],
  ["is not JSON", { status: 200 }, "hello"],
])("puts a message aside that %s, at once", async (_what, answer, body) => {
  slack.reset(answer);
  const sent = body === undefined ? message() : record(body);
  expect(await handle({ Records: [sent] })).toEqual(DONE);
  expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
    QueueUrl: expect.stringMatching(/dead-letters$/),
    MessageBody: sent.body,
  });
  expect(emitted()).toEqual(["DeliveriesRefused"]);
  const logged = output
    .filter((line) => line.includes("was refused"))
    .map((line) => JSON.parse(line));
  expect(logged).toMatchObject([{ target: "soc", error: { name: "TargetRefusedError" } }]);
});

it("reads the secret anew for each alert, and comes again while there is none", async () => {
  await handle({ Records: [message(), message()] });
  expect(secrets.commandCalls(GetSecretValueCommand)).toHaveLength(2);
  secrets.reset();
  secrets.on(GetSecretValueCommand).rejects(new Error("there is no secret"));
  expect(await handle({ Records: [message()] })).toEqual(AGAIN);
});
