import { randomUUID } from "node:crypto";
import { S3Client } from "@aws-sdk/client-s3";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Key } from "aws-cdk-lib/aws-kms";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { inject } from "vitest";
import { parseConfig } from "../../infra/config/parse.ts";
import { Catalog } from "../../infra/constructs/catalog.ts";
import type { Monitoring } from "../../infra/constructs/monitoring.ts";
import { AthenaColumnsStore } from "../../lib/aws/athena-columns-store.ts";
import { S3AddressTable } from "../../lib/aws/s3-address-table.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { CLASS_NAMES, type SchemaVersion } from "../../lib/ocsf/classes.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { classLocation } from "../../lib/security-lake/event-key.ts";
import { eventTable } from "../../lib/sql/ocsf-tables.ts";
import { MOTO_CREDENTIALS, MOTO_REGION } from "../moto/moto.ts";
import { Trino } from "./trino.ts";

export const SOURCE = "acme";

/** An archive as AWS has it: a bucket, the template's tables over it, and the engine. */
export interface Lake {
  store: ArchiveStore;
  trino: Trino;
  /** As the function that puts days there has it. */
  columns: AthenaColumnsStore;
  /** As the function that detects has it. */
  addresses: S3AddressTable;
}

/**
 * @param name - of the bucket and of the database, which are made
 * @param local - what the bucket is to hold
 */
export async function deployLake(name: string, local: ArchiveStore): Promise<Lake> {
  const endpoint = inject("moto");
  const { s3, store } = await createBucket(endpoint, name);
  for await (const { key } of local.list("")) await store.put(key, await local.get(key));
  await deployTables(endpoint, name);
  const trino = new Trino(inject("trino"), name);
  const columns = new AthenaColumnsStore(store, trino, () => `s3://${name}/${randomUUID()}/`);
  return { store, trino, columns, addresses: new S3AddressTable(s3, name) };
}

async function createBucket(endpoint: string, name: string) {
  const s3 = new S3Client({
    endpoint,
    region: MOTO_REGION,
    credentials: MOTO_CREDENTIALS,
    forcePathStyle: true,
  });
  await fetch(`${endpoint}/${name}`, { method: "PUT" });
  return { s3, store: new S3ArchiveStore(s3, name) };
}

/**
 * Events, with the stack's tables over them.
 *
 * @param events - beside files, nothing of it is read
 * @param bucket - its name, and the database's, which are made
 */
export async function deployEvents(
  events: Pick<ArchiveStore, "list" | "get">,
  { bucket, version, firstDay }: { bucket: string; version: SchemaVersion; firstDay: string },
): Promise<Trino> {
  const endpoint = inject("moto");
  const { store } = await createBucket(endpoint, bucket);
  for await (const { key } of events.list("ext/")) await store.put(key, await events.get(key));
  await glue(endpoint, "CreateDatabase", { DatabaseInput: { Name: bucket } });
  for (const className of CLASS_NAMES) {
    const table = eventTable(className, {
      bucketName: bucket,
      location: classLocation(className, version),
      ...{ version, region: MOTO_REGION, accountId: "123456789012", archiveStartsOn: firstDay },
    });
    await glue(endpoint, "CreateTable", { DatabaseName: bucket, TableInput: toPascal(table) });
  }
  return new Trino(inject("trino"), bucket);
}

/** CDK's properties as CloudFormation's, whose maps keep their keys. */
function toPascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPascal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      name === "parameters" ? member : toPascal(member),
    ]),
  );
}

/** The catalog of a stack whose bucket and database have this name. */
async function deployTables(endpoint: string, name: string): Promise<void> {
  const stack = new Stack(new App(), "Stack");
  const bucket = Bucket.fromBucketName(stack, "Bucket", name);
  const config = parseConfig(
    {
      archiveStartsOn: "2026-01-01",
      sources: [{ name: SOURCE }],
    },
    "test",
  );
  new Catalog(stack, "Catalog", {
    config: config.catalog,
    names: { database: name, workgroup: name },
    hasColumns: true,
    hasMaskedView: true,
    hasAddressTable: true,
    sources: [SOURCE],
    archiveStartsOn: config.archiveStartsOn,
    bucket,
    resultsBucket: bucket,
    key: new Key(stack, "Key"),
    monitoring: { add: () => {} } as unknown as Monitoring,
  });
  const template = Template.fromStack(stack);
  await glue(endpoint, "CreateDatabase", { DatabaseInput: { Name: name } });
  for (const { Properties } of Object.values(template.findResources("AWS::Glue::Table"))) {
    const { DatabaseName, TableInput } = Properties;
    await glue(endpoint, "CreateTable", { DatabaseName, TableInput });
  }
}

/** A call of Glue's API: CloudFormation's properties are its parameters. */
async function glue(endpoint: string, action: string, input: object): Promise<void> {
  const credential = `${MOTO_CREDENTIALS.accessKeyId}/20260101/${MOTO_REGION}/glue/aws4_request`;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSGlue.${action}`,
      Authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`Glue ${action}: ${await response.text()}`);
}
