import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
  vi,
} from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../../fake-slack/entries.ts";
import { FAKE_TOKEN, type FakeSlack, startFakeSlack } from "../../../fake-slack/fake-slack.ts";
import { decodeLines } from "../../../lib/archive/archive-object.ts";
import type { IngestSummary } from "../../../lib/ingest/summary.ts";
import { INGEST_METRICS, LATENESS_METRIC } from "../../../lib/stack/metrics.ts";
import { LocalDynamoDb } from "../../fakes/local-dynamodb.ts";
import { lambdaContext } from "../lambda-context.ts";

const TABLE = "checkpoints";
const EVENT = { source: "grid" };

const s3 = mockClient(S3Client);
const secrets = mockClient(SecretsManagerClient);
const objects = new Map<string, Uint8Array>();
let dynamoDb: LocalDynamoDb;
let slack: FakeSlack;
let handle: (event: unknown) => Promise<IngestSummary | undefined>;
let output: string[];
/** Each test is a minute later than the one before: there is always a window to read. */
let nowMs = MONDAY_MORNING * 1000;

beforeAll(async () => {
  [dynamoDb, slack] = await Promise.all([LocalDynamoDb.start(), startFakeSlack()]);
  await dynamoDb.createTable(TABLE, "source");
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.endpoint);
  vi.stubEnv("POWERTOOLS_DEV", "true"); // metrics and logs go to the global console
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  vi.stubEnv("SOURCE", "grid");
  vi.stubEnv("ARCHIVE_BUCKET", "archive");
  vi.stubEnv("CHECKPOINT_TABLE", TABLE);
  vi.stubEnv("TOKEN_SECRET_ID", "grid-token");
  vi.stubEnv("SLACK_API_BASE", slack.baseUrl);
  vi.stubEnv("SETTLE_DELAY_SECONDS", "0");
  const { handler } = await import("../../../functions/ingest/handler.ts");
  handle = (event) => handler(event, lambdaContext());
});

afterAll(async () => {
  for (const mock of [s3, secrets]) mock.restore(); // or the files after this one meet it
  vi.unstubAllEnvs();
  await Promise.all([dynamoDb.stop(), slack.close()]);
});

beforeEach(() => {
  nowMs += 60_000;
  vi.useFakeTimers({ toFake: ["Date"], now: nowMs });
  s3.on(PutObjectCommand).callsFake(({ Key, Body }) => void objects.set(Key, Body));
  s3.on(ListObjectsV2Command).callsFake(({ Prefix }) => ({
    Contents: [...objects]
      .filter(([key]) => key.startsWith(Prefix))
      .map(([Key, { byteLength }]) => ({ Key, Size: byteLength })),
  }));
  s3.on(GetObjectCommand).callsFake(({ Key }) => ({
    Body: {
      transformToByteArray: async () => objects.get(Key),
    } as GetObjectCommandOutput["Body"],
  }));
  setSecret(FAKE_TOKEN);
  slack.token = FAKE_TOKEN;
  output = [];
  for (const method of ["log", "info", "error", "warn"] as const) {
    vi.spyOn(console, method).mockImplementation((line) => output.push(String(line)));
  }
});

afterEach(() => {
  vi.useRealTimers();
});

function setSecret(token: string): void {
  secrets
    .on(GetSecretValueCommand, { SecretId: "grid-token" })
    .resolves({ SecretString: JSON.stringify({ token }) });
}

async function archivedTexts(): Promise<string[]> {
  const lines = await Promise.all([...objects].map(([key, body]) => decodeLines(key, body)));
  return lines.flat().map((line) => Buffer.from(line).toString());
}

/** The metrics that were printed with this source as their dimension. */
function emitted(): Record<string, unknown> {
  const lines = output.filter((line) => line.includes('"_aws"')).map((line) => JSON.parse(line));
  return lines.find((line) => line._aws.CloudWatchMetrics[0].Dimensions[0].length === 2) ?? {};
}

// In this order: the tests share the one instance that Lambda would keep warm.
describe("the handler of ingestion", () => {
  it("says what to do when there is no token yet, without failing or calling Slack", async () => {
    setSecret("");

    expect(await handle(EVENT)).toBeUndefined();
    expect(slack.stats.calls).toBe(0);
    expect(output.join("\n")).toMatch(/holds no token yet: .*audit-lake token set/);
    expect(emitted()).toMatchObject({ TokenMissing: 1, Entries: 0 });
    for (const name of ["LagSeconds", "Failed"]) expect(emitted()).not.toHaveProperty(name);
  });

  it("archives what Slack has once the token is there, in the same instance", async () => {
    const entries = [10, 20, 20].map((age) => makeEntry({ dateCreate: nowMs / 1000 - age }));
    slack.add(entries);

    expect(await handle(EVENT)).toMatchObject({ outcome: "caught_up", entries: 3 });
    expect((await archivedTexts()).toSorted()).toEqual(entries.map(({ text }) => text).toSorted());
  });

  it("emits metrics under the names and dimensions that the alarms watch, and zeros only where they need them", async () => {
    await handle(EVENT);
    const metrics = emitted();

    expect(metrics).toMatchObject({ service: "ingest", source: "grid", Entries: 0, Throttled: 0 });
    const trouble = ["quarantined", "failed", "tokenMissing", "tokenRefused"] as const;
    for (const key of trouble) expect(metrics).not.toHaveProperty(INGEST_METRICS[key]);
    expect(metrics).toHaveProperty("LagSeconds");
  });

  it("reads the secret again when Slack refuses the token", async () => {
    slack.token = "xoxp-rotated";
    setSecret("xoxp-rotated");

    expect(await handle(EVENT)).toMatchObject({ outcome: "caught_up" });
    setSecret(FAKE_TOKEN);
  });

  it("fails with a metric of its own when Slack refuses the new token too", async () => {
    slack.token = "xoxp-unknown";
    setSecret("xoxp-revoked");

    await expect(handle(EVENT)).rejects.toThrow(/invalid_authentication/);
    expect(emitted()).toMatchObject({ TokenRefused: 1, Failed: 1 });
    expect(output.join("\n")).toContain('"code":"invalid_authentication"');
    expect(output.join("\n")).not.toMatch(/xoxp-(revoked|rotated)/);
  });

  it.each([
    ["token_revoked", 200, 1],
    ["account_inactive", 200, 1],
    ["team_not_authorized", 403, 1],
    ["feature_not_enabled", 403, 0],
  ])("counts %s with status %d as a refused token: %d", async (code, status, TokenRefused) => {
    slack.faults.when(() => ({ kind: "error", code, status }));
    onTestFinished(() => slack.faults.clear());

    await expect(handle(EVENT)).rejects.toThrow(code);
    expect(emitted()).toMatchObject({ Failed: 1 });
    expect(emitted().TokenRefused ?? 0).toBe(TokenRefused);
  });

  it("fails with the reason when the archive refuses an object", async () => {
    slack.token = "xoxp-new";
    setSecret("xoxp-new");
    slack.add([makeEntry({ dateCreate: nowMs / 1000 - 1 })]);
    s3.on(PutObjectCommand).rejects(new Error("AccessDenied"));

    await expect(handle(EVENT)).rejects.toThrow("AccessDenied");
    expect(emitted()).toMatchObject({ Failed: 1 });
  });

  it("emits how late entries were, when some were", async () => {
    slack.token = FAKE_TOKEN;
    await handle(EVENT);
    expect(emitted()).not.toHaveProperty(LATENESS_METRIC);
    output = [];
    nowMs += 900_000;
    vi.setSystemTime(nowMs);
    slack.add([makeEntry({ dateCreate: nowMs / 1000 - 1000 })]);
    await handle(EVENT);

    expect(emitted()).toMatchObject({ LateEntries: 1, [LATENESS_METRIC]: 1024 });
  });

  it.each([{ source: "other" }, {}, null])("refuses %j, which is not its source", async (event) => {
    await expect(handle(event)).rejects.toThrow(/source|object/);
  });
});
