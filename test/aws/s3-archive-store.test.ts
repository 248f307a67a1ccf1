import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { ObjectMissingError, type StoredObject } from "../../lib/ports.ts";

const s3 = mockClient(S3Client);
afterAll(() => s3.restore());
const store = new S3ArchiveStore(new S3Client({ region: "eu-central-1" }), "bucket");
const body = Buffer.from("body");

beforeEach(() => {
  s3.reset();
});

function answer(status: number): S3ServiceException {
  return new S3ServiceException({
    name: "Answer",
    message: `status ${status}`,
    $fault: "client",
    $metadata: { httpStatusCode: status },
  });
}

async function listed(prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of store.list(prefix)) objects.push(object);
  return objects;
}

describe("S3ArchiveStore", () => {
  it("puts an object only where there is none", async () => {
    s3.on(PutObjectCommand).resolves({});
    expect(await store.put("a/b", body)).toBe("created");
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      Bucket: "bucket",
      Key: "a/b",
      Body: body,
      IfNoneMatch: "*",
    });
  });

  it("calls an object there when S3 refuses to replace it", async () => {
    s3.on(PutObjectCommand).rejects(answer(412));
    expect(await store.put("a/b", body)).toBe("exists");
  });

  it.each([403, 500, 503])("fails when S3 answers %d", async (status) => {
    s3.on(PutObjectCommand).rejects(answer(status));
    await expect(store.put("a/b", body)).rejects.toThrow(`status ${status}`);
  });

  it("lists every page, in S3's order", async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({
        IsTruncated: true,
        NextContinuationToken: "next",
        Contents: [{ Key: "a/1", Size: 1 }],
      })
      .resolvesOnce({ Contents: [{ Key: "a/2", Size: 2 }] });
    expect(await listed("a/")).toEqual([
      { key: "a/1", sizeBytes: 1 },
      { key: "a/2", sizeBytes: 2 },
    ]);
    const inputs = s3.commandCalls(ListObjectsV2Command).map(({ args }) => args[0].input);
    expect(inputs).toMatchObject([{ Prefix: "a/" }, { Prefix: "a/", ContinuationToken: "next" }]);
  });

  it("lists nothing where there is nothing", async () => {
    s3.on(ListObjectsV2Command).resolves({});
    expect(await listed("a/")).toEqual([]);
  });

  it("gives an object's bytes", async () => {
    s3.on(GetObjectCommand, { Bucket: "bucket", Key: "a/b" }).resolves({
      Body: {
        transformToByteArray: async () => body as Uint8Array,
      } as GetObjectCommandOutput["Body"],
    });
    expect(await store.get("a/b")).toBe(body);
  });

  it("says that an object is missing", async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: "no", $metadata: {} }));
    await expect(store.get("a/b")).rejects.toThrow(ObjectMissingError);
  });

  it("fails when S3 fails to give an object", async () => {
    s3.on(GetObjectCommand).rejects(answer(403));
    await expect(store.get("a/b")).rejects.toThrow("status 403");
  });
});
