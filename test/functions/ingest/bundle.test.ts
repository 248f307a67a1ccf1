import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { type FakeSlack, startFakeSlack } from "../../../fake-slack/fake-slack.ts";
import { buildFunctions } from "../../../functions/build.ts";
import { LocalDynamoDb } from "../../fakes/local-dynamodb.ts";
import { LocalS3 } from "../../fakes/local-s3.ts";
import { LocalSecretsManager } from "../../fakes/local-secrets-manager.ts";

const TWO_HOURS_AGO = Math.floor(Date.now() / 1000) - 7200;

let directory: string;
let bundle: string;
let dynamoDb: LocalDynamoDb;
let s3: LocalS3;
let secretsManager: LocalSecretsManager;
let slack: FakeSlack;
let invocations = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "bundle-"));
  bundle = join(directory, "ingest", "index.mjs");
  await buildFunctions(directory, ["ingest"]);
  [dynamoDb, s3, secretsManager] = await Promise.all([
    LocalDynamoDb.start(),
    LocalS3.start(),
    LocalSecretsManager.start(),
  ]);
});

afterAll(async () => {
  await Promise.all([dynamoDb.stop(), s3.stop(), secretsManager.stop()]);
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  invocations += 1;
  s3.objects.clear();
  slack = await startFakeSlack({
    entries: makeEntries(2000, { from: TWO_HOURS_AGO, stepSeconds: 3 }),
  });
  secretsManager.secrets.set("token", JSON.stringify({ token: slack.token }));
  await dynamoDb.createTable(`checkpoints-${invocations}`, "source");
  return () => slack.close();
});

function start(event: unknown = { source: "acme" }) {
  const script = join(import.meta.dirname, "invoke.mjs");
  return spawn(process.execPath, [script, bundle, JSON.stringify(event)], {
    env: {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
      SOURCE: "acme",
      ARCHIVE_BUCKET: "archive",
      CHECKPOINT_TABLE: `checkpoints-${invocations}`,
      TOKEN_SECRET_ID: "token",
      SLACK_API_BASE: slack.baseUrl,
      SETTLE_DELAY_SECONDS: "0",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function invoke(event?: unknown) {
  const child = start(event);
  const [out, err] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  const summary = out.split("\n").find((line) => line.startsWith('{"summary"'));
  return { code: child.exitCode, shown: out + err, ...JSON.parse(summary ?? "{}") };
}

function archived(): Map<string, string> {
  const lines = new Map<string, string>();
  for (const [path, body] of s3.objects) {
    expect(path).toMatch(/^archive\/audit_logs\/source=acme\/dt=/);
    for (const line of gunzipSync(body).toString().trimEnd().split("\n")) {
      const { id } = JSON.parse(line);
      expect(lines.has(id)).toBe(false);
      lines.set(id, line);
    }
  }
  return lines;
}

describe("the bundled handler, over HTTP to every service", () => {
  it("archives what Slack shows, goes on from there, and shows no token", async () => {
    const first = await invoke();
    expect(first.summary).toMatchObject({ source: "acme", outcome: "caught_up", entries: 2000 });

    expect(first.loadsFetch).toBe(false); // half of what a start would take

    slack.add(makeEntries(5, { from: TWO_HOURS_AGO + 6500 }));
    const second = await invoke();
    expect(second.summary).toMatchObject({ outcome: "caught_up", entries: 5 });

    expect(archived()).toEqual(slack.truth());
    const everything = [first.shown, second.shown, ...archived().values()].join("\n");
    expect(everything).toContain('"LagSeconds"');
    expect(everything).not.toContain(slack.token);
  });

  it("loses and repeats nothing when it is killed in the middle", async () => {
    let child: ChildProcess | undefined;
    slack.onCall = () => {
      if (s3.objects.size > 0) {
        child?.kill("SIGKILL");
      }
    };
    child = start();
    await once(child, "close");
    slack.onCall = undefined;
    expect(s3.objects.size).toBeGreaterThan(0);

    // Its lease outlives it: the next run on schedule finds it held, a later one takes over.
    expect((await invoke()).summary).toMatchObject({ outcome: "lease_held" });
    await expireLease();
    expect((await invoke()).summary).toMatchObject({ outcome: "caught_up" });
    expect(archived()).toEqual(slack.truth());
  });

  it("says that the token is missing, and does not fail", async () => {
    secretsManager.secrets.set("token", '{"token":""}');
    const { code, shown } = await invoke();
    expect(code).toBe(0);
    expect(shown).toContain("audit-lake token set");
    expect(shown).toContain('"TokenMissing":1');
    expect(slack.stats.calls).toBe(0);
  });

  it("fails when Slack refuses the token, without showing it", async () => {
    secretsManager.secrets.set("token", "xoxp-wrong-token");
    const { code, shown } = await invoke();
    expect(code).not.toBe(0);
    expect(shown).toContain("invalid_authentication");
    expect(shown).toContain('"TokenRefused":1');
    expect(shown).not.toContain("xoxp-wrong-token");
  });

  it("does nothing for the event of another source", async () => {
    const { code } = await invoke({ source: "other" });
    expect(code).not.toBe(0);
    expect(slack.stats.calls).toBe(0);
  });
});

async function expireLease(): Promise<void> {
  await dynamoDb.client.send(
    new UpdateCommand({
      TableName: `checkpoints-${invocations}`,
      Key: { source: "acme" },
      UpdateExpression: "SET leaseExpiresAt = :past",
      ExpressionAttributeValues: { ":past": 0 },
    }),
  );
}
