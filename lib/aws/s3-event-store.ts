import { DeleteObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { EventStore } from "../security-lake/write-day-events.ts";
import { S3ArchiveStore } from "./s3-archive-store.ts";

/** Events in an S3 bucket of their own, from which, unlike the archive's, objects are removed. */
export class S3EventStore extends S3ArchiveStore implements EventStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    super(client, bucket);
    this.#client = client;
    this.#bucket = bucket;
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }
}
