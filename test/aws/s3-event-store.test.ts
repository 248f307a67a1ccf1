import { DeleteObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { expect, it } from "vitest";
import { S3EventStore } from "../../lib/aws/s3-event-store.ts";

it("removes an object of its bucket", async () => {
  const s3 = mockClient(S3Client);
  s3.on(DeleteObjectCommand).resolves({});
  await new S3EventStore(new S3Client({}), "events").remove("ext/a");

  expect(s3.commandCalls(DeleteObjectCommand).map(({ args }) => args[0].input)).toEqual([
    { Bucket: "events", Key: "ext/a" },
  ]);
  s3.restore();
});
