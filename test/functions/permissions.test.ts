/** What each role of the stack may do, under the policies of its template: its whole work, and nothing beside it. */
import {
  DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { DecryptCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Template } from "aws-cdk-lib/assertions";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  it,
  vi,
} from "vitest";
import { MONDAY_MORNING, makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { manifestKey, noteAddendum } from "../../lib/archive/sealed-day.ts";
import { DynamoDbSeenNamesStore } from "../../lib/aws/dynamodb-seen-names-store.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { seenName } from "../../lib/detect/seen-names.ts";
import { verify } from "../../lib/seal/verify.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import type { TimeRange } from "../../lib/time.ts";
import { isAllowed } from "../fakes/local-account/policy.ts";
import { openArchive } from "../fakes/open-archive.ts";
import { OBJECT_CREATED } from "../fixtures/object-created-event.ts";
import { definitionOf } from "../infra/run-state-machine.ts";
import { type DeployedFunction, type FunctionName, SourceTestBed } from "./source-bed.ts";

const HOUR_MS = 3_600_000;
const FROM = "2026-03-01T00:00:00Z";
const MONDAY = "2026-03-02";

let bed: SourceTestBed;
let functions: Record<FunctionName, DeployedFunction>;

beforeAll(async () => {
  bed = await SourceTestBed.start(MONDAY_MORNING * 1000 + HOUR_MS);
  functions = {
    ingest: await bed.load("ingest"),
    backfill: await bed.load("backfill"),
    seal: await bed.load("seal"),
    columns: await bed.load("columns"),
    detect: await bed.load("detect"),
    schemaWatch: await bed.load("schemaWatch"),
  };
});

afterAll(() => bed.stop());

beforeEach(() => {
  bed.prepare();
  vi.spyOn(systemClock, "sleep").mockImplementation(async (ms) => bed.advance(ms));
});

const named = (type: string, idPrefix: string) =>
  bed.account.deployment.named(bed.account.deployment.one(type, idPrefix)[0]);
const archive = () => new S3ArchiveStore(new S3Client({ forcePathStyle: true }), bed.bucket);

describe("each function does its whole work with its own role", () => {
  afterEach(() => {
    expect(bed.account.refusals).toEqual([]);
  });

  it("ingest, with an entry for the quarantine", async () => {
    bed.slack.add([
      ...makeEntries(12),
      {
        ...makeEntry({ dateCreate: MONDAY_MORNING + 30 }),
        id: undefined,
        text: '{"action":"odd"}',
      },
      makeEntry({ dateCreate: MONDAY_MORNING + 40, action: "intune_disabled" }),
    ]);
    expect(await bed.call(functions.ingest, { source: "grid" })).toMatchObject({
      ...{ outcome: "caught_up", entries: 13, quarantined: 1 },
    });
  });

  it("backfill", async () => {
    bed.slack.add(makeEntries(30, { from: Date.parse(FROM) / 1000 + 60, stepSeconds: 4000 }));
    await bed.call(functions.backfill, { op: "estimate", from: FROM });
    const { spans } = await bed.call<{ spans: TimeRange[] }>(functions.backfill, {
      ...{ op: "plan", from: FROM },
    });
    expect(spans).not.toEqual([]);
    for (const span of spans) {
      bed.advance(HOUR_MS);
      expect(await bed.call(functions.backfill, { op: "run", span })).toMatchObject({
        outcome: "caught_up",
      });
    }
  });

  it("seal: several days, an empty one and one with a quarantine among them", async () => {
    for (let hours = 0; hours < 44; hours += 4) {
      bed.advance(4 * HOUR_MS);
      await bed.call(functions.ingest, { source: "grid" });
    }
    await sealAll(["2026-03-01", MONDAY, "2026-03-03"]);
  });

  it("columns", async () => {
    let plan = await bed.call<{ day?: string }>(functions.columns, { op: "plan" });
    expect(plan.day).toBe("2026-03-01");
    while (plan.day !== undefined) {
      const { day } = plan;
      const answer = await bed.call(functions.columns, { op: "compact", day });
      expect(answer).toMatchObject({ isNew: true });
      plan = await bed.call(functions.columns, { op: "plan", before: plan });
    }
  });

  it("seal: what was stored for a sealed day since", async () => {
    await noteAddendum(archive(), "grid", MONDAY, 1);
    const late = makeEntry({ dateCreate: MONDAY_MORNING + 50 });
    bed.slack.add([late]);
    const bytes = Buffer.from(late.text);
    await openArchive(archive(), "grid").store([
      { id: late.id ?? "", dateCreate: late.dateCreate, bytes },
    ]);
    await sealAll([MONDAY]);

    expect(bed.objects.has(manifestKey("grid", MONDAY, 2))).toBe(true);
    expect(await verify(archive(), { source: "grid" })).toMatchObject({
      damages: [],
      manifests: 4,
    });
  });

  it("detect", async () => {
    const keys = [...bed.objects.keys()].filter((key) =>
      key.startsWith(`audit_logs/source=grid/dt=${MONDAY}/`),
    );
    const time = new Date().toISOString();
    const Records = keys.map((key) => {
      const detail = { ...OBJECT_CREATED.detail, bucket: { name: bed.bucket }, object: { key } };
      return { messageId: key, body: JSON.stringify({ ...OBJECT_CREATED, time, detail }) };
    });
    expect(await bed.call(functions.detect, { Records })).toEqual({ batchItemFailures: [] });
    expect(JSON.stringify(bed.account.published)).toContain("intune-disabled");
  });

  it("schema watch", async () => {
    const event = { source: "grid", apiBase: bed.slack.baseUrl };
    await bed.call(functions.schemaWatch, event);
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    const { ref } = named("AWS::DynamoDB::Table", "DetectionMemory");
    const names = new Set(["action:brand_new_action"]);
    await new DynamoDbSeenNamesStore(client, ref).add(seenName("grid"), names);
    await bed.call(functions.schemaWatch, event);
    expect(JSON.stringify(bed.account.published)).toContain("brand_new_action");
  });

  async function sealAll(days: string[]): Promise<void> {
    let before: object = {};
    for (const day of days) {
      before = await bed.call(functions.seal, { op: "plan", before });
      expect(before).toMatchObject({ day });
      expect(await bed.call(functions.seal, { op: "close", day })).toMatchObject({
        outcome: "sealed",
        manifest: { isReconciled: true },
      });
    }
  }
});

const CLIENTS = {
  s3: S3Client,
  dynamoDb: DynamoDBClient,
  secrets: SecretsManagerClient,
  kms: KMSClient,
  sns: SNSClient,
};
type Call = { service: keyof typeof CLIENTS; command: object };

const object = (Key: string) => ({ Bucket: bed.bucket, Key });
const s3 = (command: object): Call => ({ service: "s3", command });
const put = (key: string) =>
  s3(new PutObjectCommand({ ...object(key), Body: "{}", IfNoneMatch: "*" }));
const rewrite = (key: string) => s3(new PutObjectCommand({ ...object(key), Body: "{}" }));
const get = (key: string) => s3(new GetObjectCommand(object(key)));
const remove = (key: string) => s3(new DeleteObjectCommand(object(key)));
const list = (Prefix: string) => s3(new ListObjectsV2Command({ Bucket: bed.bucket, Prefix }));
const checkpoints = () => named("AWS::DynamoDB::Table", "IngestionCheckpoints").ref;
const item = (lane: string) => ({ TableName: checkpoints(), Key: { source: { S: lane } } });
const read = (lane: string): Call => ({
  service: "dynamoDb",
  command: new GetItemCommand(item(lane)),
});
const update = (lane: string): Call => ({
  service: "dynamoDb",
  command: new UpdateItemCommand({ ...item(lane), UpdateExpression: "REMOVE leaseOwner" }),
});
const scan = (): Call => ({
  service: "dynamoDb",
  command: new ScanCommand({ TableName: checkpoints() }),
});
const token = (source: string): Call => ({
  service: "secrets",
  command: new GetSecretValueCommand({
    SecretId: named("AWS::SecretsManager::Secret", `Ingestion${source}Token`).ref,
  }),
});
const decrypt = (): Call => ({
  service: "kms",
  command: new DecryptCommand({
    KeyId: named("AWS::KMS::Key", "EncryptionKey").arn,
    CiphertextBlob: Buffer.from("x"),
  }),
});
const signManifest = (SigningAlgorithm: "ECDSA_SHA_256" | "ECDSA_SHA_512"): Call => ({
  service: "kms",
  command: new SignCommand({
    ...{ SigningAlgorithm, MessageType: "DIGEST", Message: Buffer.alloc(32) },
    KeyId: named("AWS::KMS::Key", "ClosingSigningKey").arn,
  }),
});
const publish = (): Call => ({
  service: "sns",
  command: new PublishCommand({
    TopicArn: named("AWS::SNS::Topic", "NotificationsTopic").ref,
    Message: "x",
  }),
});

const OWN = "source=grid/dt=2026-03-02/hour=09/x.json.gz";
const OTHER = OWN.replace("grid", "acme");
const MANIFEST = "manifests/source=grid/dt=2026-03-09.json";
const SIGNATURE = "signatures/source=grid/dt=2026-03-09.sig";
const COLUMNS = "compact/table/data/x.parquet";
const NOTE = "addenda/source=grid/dt=2026-03-09.2.json";

const ALL: FunctionName[] = ["ingest", "backfill", "seal", "columns", "detect", "schemaWatch"];
const except = (...names: FunctionName[]) => ALL.filter((name) => !names.includes(name));

const FORBIDDEN: [what: string, FunctionName[], () => Call][] = [
  ["rewrite evidence", ALL, () => rewrite(`audit_logs/${OWN}`)],
  ["rewrite what is in quarantine", ALL, () => rewrite(`quarantine/${OWN}`)],
  ["rewrite a manifest", ALL, () => rewrite(MANIFEST)],
  ["rewrite a signature", ALL, () => rewrite(SIGNATURE)],
  ["rewrite the note of an addendum", ALL, () => rewrite(NOTE)],
  ["rewrite a mark", ALL, () => rewrite("compact/days/source=grid/dt=2026-03-02.json")],
  ["delete evidence", ALL, () => remove(`audit_logs/${OWN}`)],
  ["delete what is in quarantine", ALL, () => remove(`quarantine/${OWN}`)],
  ["delete a manifest", ALL, () => remove(MANIFEST)],
  ["delete the note of an addendum", ALL, () => remove(NOTE)],
  ["delete a file of the columns", except("columns"), () => remove(COLUMNS)],
  ["add entries", ["columns", "detect", "schemaWatch"], () => put(`audit_logs/${OWN}`)],
  ["add a manifest", except("seal"), () => put(MANIFEST)],
  ["add a signature", except("seal"), () => put(SIGNATURE)],
  ["add an hour's record", except("seal"), () => put(`closing/${OWN}`)],
  ["note an addendum", except("ingest", "backfill", "seal"), () => put(NOTE)],
  ["add entries of another source", ALL, () => put(`audit_logs/${OTHER}`)],
  ["add a manifest of another source", ALL, () => put(MANIFEST.replace("grid", "acme"))],
  ["add what the archive does not know", ALL, () => put("elsewhere/x.json")],
  ["read another source's entries", except("detect"), () => get(`audit_logs/${OTHER}`)],
  ["read another source's quarantine", ALL, () => get(`quarantine/${OTHER}`)],
  ["list another source's entries", ALL, () => list("audit_logs/source=acme/")],
  ["list sources that begin alike", ALL, () => list("audit_logs/source=grid")],
  ["list the bucket", ALL, () => list("")],
  ["read another source's token", ALL, () => token("acme")],
  ["read the token", except("ingest", "backfill", "seal"), () => token("grid")],
  ["read another source's checkpoint", ALL, () => read("acme")],
  ["change another source's checkpoint", ALL, () => update("acme")],
  ["change another source's claims", ALL, () => update("acme#claims")],
  ["change the claims", except("ingest", "backfill", "seal"), () => update("grid#claims")],
  ["change the live runs' checkpoint", except("ingest"), () => update("grid")],
  ["change a backfill's checkpoint", except("backfill"), () => update("grid#1-2")],
  ["change the seal's checkpoint", except("seal"), () => update("grid#close")],
  ["see how far others are", except("backfill", "seal"), scan],
  ["use the key by itself", ALL, decrypt],
  ["sign", except("seal"), () => signManifest("ECDSA_SHA_256")],
  ["sign in another way", ALL, () => signManifest("ECDSA_SHA_512")],
  ["send alerts", except("detect", "schemaWatch"), publish],
];

describe("no function may", () => {
  it.each(
    FORBIDDEN.flatMap(([what, names, toCall]) => names.map((name) => ({ what, name, toCall }))),
  )("$what: $name", async ({ name, toCall }) => {
    const before = [...bed.account.s3.objects.keys()];
    const { service, command } = toCall();
    const client = new CLIENTS[service]({
      credentials: { accessKeyId: functions[name].id, secretAccessKey: "local" },
      ...(service === "s3" ? { forcePathStyle: true } : {}),
    }) as S3Client;
    await expect(client.send(command as never)).rejects.toThrow("not authorized to perform");
    expect([...bed.account.s3.objects.keys()]).toEqual(before);
  });
});

describe("what starts work", () => {
  it("may call each function of its state machine, and start executions of its map", () => {
    const { deployment } = bed.account;
    const template = Template.fromJSON(inject("deployed"));
    const machines = deployment.all("AWS::StepFunctions::StateMachine");
    expect(machines).toHaveLength(4);
    for (const [id, { RoleArn, DefinitionString }] of machines) {
      const statements = deployment.statementsOf(RoleArn);
      const functionArns = new Set<string>(DefinitionString.match(/arn:aws:lambda:[\w:-]+/g));
      expect(functionArns.size).toBeGreaterThan(0);
      for (const resource of functionArns) {
        expect(
          isAllowed({ action: "lambda:InvokeFunction", resource, context: {} }, statements),
        ).toBe(true);
      }
      const isDistributed = JSON.stringify(definitionOf(template, id)).includes("DISTRIBUTED");
      const start = {
        action: "states:StartExecution",
        resource: deployment.named(id).arn,
        context: {},
      };
      expect(isAllowed(start, statements)).toBe(isDistributed);
    }
  });

  it("may start what its schedule starts, and send what it cannot deliver to the dead letters", () => {
    const { deployment } = bed.account;
    const schedules = deployment.all("AWS::Scheduler::Schedule");
    expect(schedules.length).toBeGreaterThan(4);
    for (const [, { Target }] of schedules) {
      const statements = deployment.statementsOf(Target.RoleArn);
      const may = (action: string, resource: string) =>
        isAllowed({ action, resource, context: {} }, statements);
      const isFunction = Target.Arn.includes(":lambda:");
      expect(may(isFunction ? "lambda:InvokeFunction" : "states:StartExecution", Target.Arn)).toBe(
        true,
      );
      expect(may("sqs:SendMessage", Target.DeadLetterConfig.Arn)).toBe(true);
    }
  });

  it("lets Lambda take the detection's messages off the queue", () => {
    const { deployment } = bed.account;
    const [, { Role }] = deployment.one("AWS::Lambda::Function", "DetectionDetect");
    const resource = named("AWS::SQS::Queue", "DetectionNewObjects").arn;
    for (const action of ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]) {
      const call = { action: `sqs:${action}`, resource, context: {} };
      expect(isAllowed(call, deployment.statementsOf(Role))).toBe(true);
    }
  });
});
