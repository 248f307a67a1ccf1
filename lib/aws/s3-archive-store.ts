import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { type ArchiveStore, ObjectMissingError, type StoredObject } from "../ports.ts";

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
      // No Content-Encoding: Athena decompresses because of the key's `.gz`, whereas HTTP clients would
      // decompress on the way and return bytes that match neither the object's size nor its checksum.
      ContentType: "application/gzip",
    });
    retryConflicts(command);
    try {
      await this.#client.send(command, signal === undefined ? {} : { abortSignal: signal });
      return "created";
    } catch (error) {
      if (statusOf(error) === 412) {
        return "exists";
      }
      throw error;
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

/**
 * S3 answers 409 to a put that meets another put of the same key, which does not tell
 * how that one ends: retry, among the client's own retries.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
function retryConflicts(command: PutObjectCommand): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof S3ServiceException && statusOf(error) === 409) {
          error.$retryable = {};
        }
        throw error;
      }
    },
    { step: "deserialize", priority: "high", name: "retryConflicts" },
  );
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
