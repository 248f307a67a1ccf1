import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { vi } from "vitest";
import { FAKE_TOKEN, type FakeSlack, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { DynamoDbCheckpointStore } from "../../lib/aws/dynamodb-checkpoint-store.ts";
import { LocalDynamoDb } from "../fakes/local-dynamodb.ts";
import { lambdaContext } from "./lambda-context.ts";

const TABLE = "checkpoints";

/** Slack and AWS around the functions of the source `grid`, and the time, which stands still. */
export class SourceTestBed {
  readonly slack: FakeSlack;
  readonly objects = new Map<string, Uint8Array>();
  readonly #dynamoDb: LocalDynamoDb;
  readonly #s3 = mockClient(S3Client);
  readonly #secrets = mockClient(SecretsManagerClient);
  /** What functions wrote to their logs, metrics among them. */
  output: string[] = [];
  #nowMs: number;

  private constructor(slack: FakeSlack, dynamoDb: LocalDynamoDb, nowMs: number) {
    this.slack = slack;
    this.#dynamoDb = dynamoDb;
    this.#nowMs = nowMs;
  }

  static async start(
    nowMs: number,
    environment: Record<string, string> = {},
  ): Promise<SourceTestBed> {
    const clock = { nowMs: () => Date.now(), sleep: async () => {} };
    const [slack, dynamoDb] = await Promise.all([startFakeSlack({ clock }), LocalDynamoDb.start()]);
    await dynamoDb.createTable(TABLE, "source");
    const variables = {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
      POWERTOOLS_DEV: "true", // metrics and logs go to the global console
      POWERTOOLS_METRICS_DISABLED: "false",
      SOURCE: "grid",
      ARCHIVE_BUCKET: "archive",
      CHECKPOINT_TABLE: TABLE,
      TOKEN_SECRET_ID: "grid-token",
      SLACK_API_BASE: slack.baseUrl,
      ...environment,
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    return new SourceTestBed(slack, dynamoDb, nowMs);
  }

  /** Before each test: mocks are restored after each. */
  prepare(): void {
    vi.useFakeTimers({ toFake: ["Date"], now: this.#nowMs });
    this.#s3.on(PutObjectCommand).callsFake(({ Key, Body }) => {
      if (this.objects.has(Key)) throw refusal(412, "PreconditionFailed");
      this.objects.set(Key, Body);
      return {};
    });
    this.#s3.on(ListObjectsV2Command).callsFake(({ Prefix }) => ({
      Contents: [...this.objects]
        .filter(([key]) => key.startsWith(Prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([Key, { byteLength }]) => ({ Key, Size: byteLength })),
    }));
    this.#s3.on(GetObjectCommand).callsFake(({ Key }) => {
      const body = this.objects.get(Key);
      if (body === undefined) throw new NoSuchKey({ message: "not there", $metadata: {} });
      return { Body: { transformToByteArray: async () => body } as GetObjectCommandOutput["Body"] };
    });
    this.setToken(FAKE_TOKEN);
    this.output = [];
    for (const method of ["log", "info", "error", "warn"] as const) {
      vi.spyOn(console, method).mockImplementation((line) => this.output.push(String(line)));
    }
  }

  /** Names of all lanes of the source. */
  async lanes(): Promise<string[]> {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    const lanes = await new DynamoDbCheckpointStore(client, TABLE).lanes("grid");
    return lanes.map(({ lane }) => lane);
  }

  setToken(token: string): void {
    this.#secrets
      .on(GetSecretValueCommand)
      .resolves({ SecretString: JSON.stringify({ token }), VersionId: "1" });
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    vi.setSystemTime(this.#nowMs);
  }

  /** Call a function as Lambda does. */
  async call<Answer>(handler: (event: never, context: never) => unknown, event: unknown) {
    return (await handler(event as never, lambdaContext() as never)) as Answer;
  }

  /** Values of a metric, in the order in which they were emitted. */
  metric(name: string): number[] {
    return this.output
      .filter((line) => line.includes('"_aws"'))
      .map((line) => JSON.parse(line))
      .flatMap((line) => line[name] ?? []);
  }

  async stop(): Promise<void> {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    await Promise.all([this.#dynamoDb.stop(), this.slack.close()]);
  }
}

function refusal(status: number, name: string): S3ServiceException {
  return new S3ServiceException({
    name,
    message: name,
    $fault: "client",
    $metadata: { httpStatusCode: status },
  });
}
