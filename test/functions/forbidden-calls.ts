/** What no function may do under the policies of the stack's template. */
import {
  DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { DecryptCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import type { Deployment } from "../fakes/local-account/deployment.ts";

/** The functions of the source `grid`, by the beginning of their logical ids. */
const FUNCTIONS = {
  ingest: "IngestiongridFunction",
  backfill: "BackfillgridFunction",
  seal: "ClosinggridFunction",
  columns: "ClosinggridCompactionFunction",
  detect: "DetectionDetect",
  notify: "DetectionRoutingsocNotify",
  schemaWatch: "DetectionDrift",
  report: "WeeklyReportFunction",
};
type FunctionName = keyof typeof FUNCTIONS;

/** A stack with the sources `grid` and `acme`, deployed somewhere. */
interface Account {
  deployment: Deployment;
  endpoint: string;
  /** What is in its buckets. */
  keys(): Promise<string[]>;
}

/**
 * A suite over whatever refuses calls as AWS does.
 *
 * @param options.targets - whether the stack has the targets of alerts `soc` and `bus`
 */
export function describeForbiddenCalls(
  account: () => Account,
  { targets }: { targets: boolean },
): void {
  const named = (type: string, idPrefix: string) =>
    account().deployment.named(account().deployment.one(type, idPrefix)[0]);

  const CLIENTS = {
    s3: S3Client,
    dynamoDb: DynamoDBClient,
    secrets: SecretsManagerClient,
    kms: KMSClient,
    sns: SNSClient,
    sqs: SQSClient,
    events: EventBridgeClient,
  };
  type Call = { service: keyof typeof CLIENTS; command: object };

  const archive = () => named("AWS::S3::Bucket", "ArchiveBucket").ref;
  const object = (Key: string) => ({ Bucket: archive(), Key });
  const s3 = (command: object): Call => ({ service: "s3", command });
  const put = (key: string) =>
    s3(new PutObjectCommand({ ...object(key), Body: "{}", IfNoneMatch: "*" }));
  const rewrite = (key: string) => s3(new PutObjectCommand({ ...object(key), Body: "{}" }));
  const get = (key: string) => s3(new GetObjectCommand(object(key)));
  const remove = (key: string) => s3(new DeleteObjectCommand(object(key)));
  const columnsFile = () => ({
    Bucket: named("AWS::S3::Bucket", "ArchiveColumns").ref,
    Key: "id/data/x.parquet",
  });
  const page = () => ({
    ...{ Bucket: named("AWS::S3::Bucket", "ArchiveResults").ref, Body: "x" },
    Key: "reports/audit-report-2026-03-02-2026-03-08.html",
  });
  const removeColumns = () => s3(new DeleteObjectCommand(columnsFile()));
  const getColumns = () => s3(new GetObjectCommand(columnsFile()));
  const list = (Prefix: string) => s3(new ListObjectsV2Command({ Bucket: archive(), Prefix }));
  const checkpoints = () => named("AWS::DynamoDB::Table", "IngestionCheckpoints").ref;
  const item = (writer: string) => ({ TableName: checkpoints(), Key: { source: { S: writer } } });
  const read = (writer: string): Call => ({
    service: "dynamoDb",
    command: new GetItemCommand(item(writer)),
  });
  const update = (writer: string): Call => ({
    service: "dynamoDb",
    command: new UpdateItemCommand({ ...item(writer), UpdateExpression: "REMOVE leaseOwner" }),
  });
  const scan = (): Call => ({
    service: "dynamoDb",
    command: new ScanCommand({ TableName: checkpoints() }),
  });
  const secretOf = (source: string) => ({
    SecretId: named("AWS::SecretsManager::Secret", `Ingestion${source}Token`).ref,
  });
  const token = (source: string): Call => ({
    service: "secrets",
    command: new GetSecretValueCommand(secretOf(source)),
  });
  const writeToken = (source: string): Call => ({
    service: "secrets",
    command: new PutSecretValueCommand({ ...secretOf(source), SecretString: "x" }),
  });
  const moveToken = (source: string): Call => ({
    service: "secrets",
    command: new UpdateSecretVersionStageCommand({
      ...secretOf(source),
      VersionStage: "AWSCURRENT",
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
  const targetSecret = (SecretId: string): Call => ({
    service: "secrets",
    command: new GetSecretValueCommand({ SecretId }),
  });
  const putEvent = (): Call => ({
    service: "events",
    command: new PutEventsCommand({
      Entries: [
        {
          EventBusName: "arn:aws:events:eu-central-1:111122223333:event-bus/security",
          ...{ Source: "x", DetailType: "x", Detail: "{}" },
        },
      ],
    }),
  });
  const putAside = (): Call => ({
    service: "sqs",
    command: new SendMessageCommand({
      QueueUrl: named("AWS::SQS::Queue", "DetectionRoutingbusDeadLetters").ref,
      MessageBody: "{}",
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
  const ALERT = "alerts/source=grid/dt=2026-03-09/0123456789abcdef0123456789abcdef.json";
  const NOTE = "addenda/source=grid/dt=2026-03-09.2.json";

  const ALL: FunctionName[] = [
    "ingest",
    "backfill",
    "seal",
    "columns",
    "detect",
    "notify",
    "schemaWatch",
    "report",
  ];
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
    ["delete a file of the columns", except("columns"), () => removeColumns()],
    ["delete a file of the columns of version 0.1", ALL, () => remove(COLUMNS)],
    ["read the columns", except("columns", "report"), () => getColumns()],
    ["add entries", except("ingest", "backfill", "seal"), () => put(`audit_logs/${OWN}`)],
    ["add a report", except("report"), () => s3(new PutObjectCommand(page()))],
    ["read a report", ALL, () => s3(new GetObjectCommand(page()))],
    ["delete a report", ALL, () => s3(new DeleteObjectCommand(page()))],
    ["add an alert to the log", except("detect"), () => put(ALERT)],
    ["rewrite an alert of the log", ALL, () => rewrite(ALERT)],
    ["delete an alert of the log", ALL, () => remove(ALERT)],
    ["add a manifest", except("seal"), () => put(MANIFEST)],
    ["add a signature", except("seal"), () => put(SIGNATURE)],
    ["add an hour's record", except("seal"), () => put(`closing/${OWN}`)],
    ["note an addendum", except("ingest", "backfill", "seal"), () => put(NOTE)],
    ["add entries of another source", ALL, () => put(`audit_logs/${OTHER}`)],
    ["add a manifest of another source", ALL, () => put(MANIFEST.replace("grid", "acme"))],
    ["add what the archive does not know", ALL, () => put("elsewhere/x.json")],
    ["read another source's entries", except("detect", "report"), () => get(`audit_logs/${OTHER}`)],
    ["read another source's quarantine", except("report"), () => get(`quarantine/${OTHER}`)],
    ["list another source's entries", except("report"), () => list("audit_logs/source=acme/")],
    ["list sources that begin alike", ALL, () => list("audit_logs/source=grid")],
    ["list the bucket", ALL, () => list("")],
    [
      "read what is of no source of the stack",
      ALL,
      () => get(`audit_logs/${OTHER}`.replace("acme", "gone")),
    ],
    ["read another source's token", ALL, () => token("acme")],
    ["read the token", except("ingest", "backfill", "seal"), () => token("grid")],
    ["write a token that does not rotate", ALL, () => writeToken("grid")],
    ["move the label of one", ALL, () => moveToken("grid")],
    ["write another source's token", ALL, () => writeToken("acme")],
    ["move the label of another source's token", ALL, () => moveToken("acme")],
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
    ["send alerts", except("detect", "schemaWatch", "report"), publish],
  ];
  const OF_TARGETS: typeof FORBIDDEN = [
    ["read a target's secret", except("notify"), () => targetSecret("audit-lake/soc")],
    ["read what begins alike", ALL, () => targetSecret("audit-lake/soc2")],
    ["send events to another target's bus", ALL, putEvent],
    ["put aside what was for another target", ALL, putAside],
  ];

  describe("no function may", () => {
    it.each(
      [...FORBIDDEN, ...(targets ? OF_TARGETS : [])]
        .flatMap(([what, names, toCall]) => names.map((name) => ({ what, name, toCall })))
        .filter(({ name }) => targets || name !== "notify"),
    )("$what: $name", async ({ name, toCall }) => {
      const before = await account().keys();
      const { service, command } = toCall();
      const [accessKeyId] = account().deployment.one("AWS::Lambda::Function", FUNCTIONS[name]);
      const client = new CLIENTS[service]({
        endpoint: account().endpoint,
        region: "eu-central-1",
        credentials: { accessKeyId, secretAccessKey: "local" },
        ...(service === "s3" ? { forcePathStyle: true } : {}),
      }) as S3Client;
      await expect(client.send(command as never)).rejects.toThrow("not authorized to perform");
      expect(await account().keys()).toEqual(before);
    });
  });
}
