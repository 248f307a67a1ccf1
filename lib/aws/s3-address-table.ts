import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { ObjectName } from "../archive/object-key.ts";
import type { AddressFactsOf, AddressTable } from "../detect/ports.ts";
import { type AddressLine, addressLinesKey } from "../sql/address-context.ts";

/** What is known of addresses, as objects that Athena reads. */
export class S3AddressTable implements AddressTable {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async write(object: ObjectName, facts: readonly AddressFactsOf[]): Promise<void> {
    const lines = facts.map(({ address, country, network, isKnownNetwork }) => {
      const line: AddressLine = {
        address,
        ...(country === undefined ? {} : { country }),
        ...(network === undefined ? {} : { network }),
        ...(isKnownNetwork === undefined ? {} : { is_known_network: isKnownNetwork }),
      };
      return `${JSON.stringify(line)}\n`;
    });
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: addressLinesKey(object),
        Body: lines.join(""),
        ContentType: "application/x-ndjson",
      }),
    );
  }
}
