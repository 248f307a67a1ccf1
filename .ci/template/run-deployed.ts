/**
 * Run a deployed function against moto and the fake Slack: without a token,
 * then twice with one, and compare the archive with the truth. The function's
 * environment, credentials and bundle are those of the deployment; standard
 * input says which.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { json, text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { makeEntry } from "../../fake-slack/entries.ts";
import { startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import {
  INGEST_METRICS,
  METRIC_NAMESPACE,
  SERVICES,
  SOURCE_DIMENSION,
} from "../../lib/stack/metrics.ts";

interface Deployment {
  endpoint: string;
  region: string;
  event: { source: string };
  handlerFile: string;
  functionName: string;
  environment: Record<string, string>;
  functionCredentials: Record<string, string>;
  administratorCredentials: Record<string, string>;
}

const TOKEN = "xoxp-fake-deployed-token";
const ENTRIES_PER_WEEK = 70_000;

const deployment = (await json(process.stdin)) as Deployment;
const bucket = deployment.environment.ARCHIVE_BUCKET ?? "";

const startedAt = Math.floor(Date.now() / 1000);
await using slack = await startFakeSlack({
  token: TOKEN,
  // Less than the day that a first run goes back.
  organization: new Organization({
    entriesPerWeek: ENTRIES_PER_WEEK,
    from: startedAt - 20 * 3600,
    until: startedAt,
  }),
});

const administrator = clientOptions(deployment.administratorCredentials);
const s3 = new S3Client(administrator);

await run("without a token", "TokenMissing");
assert.equal(slack.stats.calls, 0, "a run without a token calls Slack");
assert.deepEqual(await archivedLines(), []);

await new SecretsManagerClient(administrator).send(
  new PutSecretValueCommand({
    SecretId: deployment.environment.TOKEN_SECRET_ID,
    SecretString: JSON.stringify({ token: TOKEN }),
  }),
);
await run("with a token", "Entries");
await compareWithTruth();

const now = Math.floor(Date.now() / 1000) + 1;
slack.add([0, 0, 1].map((offset) => makeEntry({ dateCreate: now + offset })));
await sleep(3000); // Slack lists nothing of the future
await run("after new entries", "Entries");
const archived = await compareWithTruth();

const asFunction = new S3Client(clientOptions(deployment.functionCredentials));
const own = `${PREFIXES.auditLogs}source=${deployment.event.source}/any`;
const another = `${PREFIXES.auditLogs}source=${deployment.event.source}-gov/any`;
const forbidden = {
  "delete from the archive": new DeleteObjectCommand({ Bucket: bucket, Key: own }),
  "write into another source": new PutObjectCommand({ Bucket: bucket, Key: another, Body: "x" }),
  "read another source": new GetObjectCommand({ Bucket: bucket, Key: another }),
};
for (const [what, command] of Object.entries(forbidden)) {
  await assert.rejects(
    asFunction.send(command as DeleteObjectCommand),
    { Code: "AccessDenied" },
    `the function can ${what}`,
  );
}
process.stdout.write(`deployed function: ${archived} entries, each once, as Slack sent them\n`);

/** Invoke the function in a process of its own, as Lambda does after a deployment. */
async function run(situation: string, metric: string): Promise<void> {
  const invocation = [
    "test/functions/ingest/invoke.mjs",
    pathToFileURL(deployment.handlerFile).href,
    JSON.stringify(deployment.event),
  ];
  const child = spawn(process.execPath, invocation, {
    env: {
      ...deployment.environment,
      ...deployment.functionCredentials,
      AWS_REGION: deployment.region,
      AWS_ENDPOINT_URL: deployment.endpoint,
      AWS_LAMBDA_FUNCTION_NAME: deployment.functionName,
      // The one setting that cannot be the deployed one: its host is Slack.
      SLACK_API_BASE: slack.baseUrl,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  const log = `${output}${errors}`;
  assert.equal(exitCode, 0, `the run ${situation} failed:\n${log}`);
  assert.ok(!log.includes(TOKEN), `the log of the run ${situation} holds the token`);

  const emitted = metricsIn(log);
  assert.ok((emitted.get(metric) ?? 0) > 0, `no ${metric} after the run ${situation}:\n${log}`);
  // An alarm on a metric that nothing emits would never go off.
  for (const name of Object.values(INGEST_METRICS)) {
    assert.ok(
      emitted.has(name) || name === INGEST_METRICS.lagSeconds,
      `the run ${situation} did not emit ${name}`,
    );
  }
}

/** The metrics of this source in a log of CloudWatch's embedded metric format. */
function metricsIn(log: string): Map<string, number> {
  const metrics = new Map<string, number>();
  for (const line of log.split("\n").filter((line) => line.includes('"_aws"'))) {
    const record = JSON.parse(line);
    for (const { Namespace, Dimensions, Metrics } of record._aws.CloudWatchMetrics) {
      assert.equal(Namespace, METRIC_NAMESPACE);
      // The alarms watch these dimensions; others would be other metrics.
      assert.deepEqual(Dimensions, [["service", SOURCE_DIMENSION]]);
      assert.equal(record.service, SERVICES.ingest);
      assert.equal(record.source, deployment.event.source);
      for (const { Name } of Metrics) {
        metrics.set(Name, record[Name]);
      }
    }
  }
  return metrics;
}

async function archivedLines(): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      assert.ok(Key?.startsWith(PREFIXES.auditLogs) && Body, `${Key} is no object of the archive`);
      const text = gunzipSync(await Body.transformToByteArray()).toString("utf8");
      lines.push(...text.trimEnd().split("\n"));
    }
  }
  return lines;
}

/** @returns how many entries the archive holds */
async function compareWithTruth(): Promise<number> {
  const lines = await archivedLines();
  assert.deepEqual(lines.toSorted(), [...slack.truth().values()].toSorted());
  return lines.length;
}

function clientOptions(keys: Record<string, string>) {
  return {
    endpoint: deployment.endpoint,
    region: deployment.region,
    forcePathStyle: true,
    credentials: {
      accessKeyId: keys.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: keys.AWS_SECRET_ACCESS_KEY ?? "",
      ...(keys.AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: keys.AWS_SESSION_TOKEN }),
    },
  };
}
