import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll } from "vitest";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { describeArchiveStore } from "../contracts/archive-store-contract.ts";
import { LocalS3 } from "../fakes/local-s3.ts";

let server: LocalS3;
let buckets = 0;

beforeAll(async () => {
  server = await LocalS3.start();
});

afterAll(() => server.stop());

describeArchiveStore("S3 over HTTP", () => {
  buckets += 1;
  const client = new S3Client({
    endpoint: server.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    forcePathStyle: true,
  });
  return new S3ArchiveStore(client, `bucket-${buckets}`);
});
