import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { type ArchiveStore, ObjectMissingError, type StoredObject } from "../ports.ts";

/**
 * From the start of a put to its end, retries and the waits between them included;
 * without it, three attempts of 5 s take up to 25.9 s.
 *
 * A lease is looked at before a put and is valid for another 30 s then
 * (`lib/run/lease.ts`), so the put ends within it with 10 s left for clock skew.
 */
export const PUT_LIMIT_MS = 20_000;

/** An archive in an S3 bucket. S3 itself makes a put atomic and a listing ascending. */
export class S3ArchiveStore implements ArchiveStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** @throws {PutTimeoutError} after the limit; nothing is sent from then on */
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
    const limit = new AbortController();
    const timer = setTimeout(
      () => limit.abort(new PutTimeoutError(key, PUT_LIMIT_MS)),
      PUT_LIMIT_MS,
    );
    const abortSignal = AbortSignal.any([limit.signal, ...(signal === undefined ? [] : [signal])]);
    try {
      // The SDK looks at the signal during an attempt, but not while it waits for the next.
      await Promise.race([this.#client.send(command, { abortSignal }), whenAborted(abortSignal)]);
      return "created";
    } catch (error) {
      if (statusOf(error) === 412) {
        return "exists";
      }
      throw error;
    } finally {
      clearTimeout(timer);
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
 * A put took too long, and was ended. S3 may have stored the object, or may do so
 * yet: the next put of the key finds out.
 */
export class PutTimeoutError extends Error {
  override readonly name = "PutTimeoutError";
  readonly code = "put_timeout";
  constructor(key: string, limitMs: number) {
    super(`S3 did not confirm ${key} within ${limitMs} ms; the next run puts it again`);
  }
}

/** Rejects with the signal's reason when it is aborted from now on. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
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
