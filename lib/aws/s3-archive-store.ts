import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { type ArchiveStore, ObjectMissingError, type StoredObject } from "../ports.ts";

/** Writes of one key at the same time are answered 409 until one has won. */
const MAX_CONFLICTS = 5;

/** An archive in an S3 bucket. S3 itself makes a put atomic and a listing ascending. */
export class S3ArchiveStore implements ArchiveStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(key: string, body: Uint8Array, signal?: AbortSignal): Promise<"created" | "exists"> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: body,
      IfNoneMatch: "*",
      // Not Content-Encoding: a reader that unpacks by itself would not get the object.
      ContentType: "application/gzip",
    });
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        await this.#client.send(command, signal === undefined ? {} : { abortSignal: signal });
        return "created";
      } catch (error) {
        const status = statusOf(error);
        if (status === 412) {
          return "exists";
        }
        if (status !== 409 || conflicts === MAX_CONFLICTS) {
          throw error;
        }
      }
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: prefix },
    );
    for await (const { Contents = [] } of pages) {
      for (const { Key, Size } of Contents) {
        if (Key !== undefined && Size !== undefined) {
          yield { key: Key, sizeBytes: Size };
        }
      }
    }
  }

  async get(key: string): Promise<Uint8Array> {
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key }),
      );
      if (Body === undefined) {
        throw new Error(`S3 answered without the body of ${key}`);
      }
      return await Body.transformToByteArray();
    } catch (error) {
      throw error instanceof NoSuchKey ? new ObjectMissingError(key, { cause: error }) : error;
    }
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
