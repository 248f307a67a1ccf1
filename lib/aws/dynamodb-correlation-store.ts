import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { CorrelationStore } from "../detect/ports.ts";
import { DETECTION_KEYS } from "../stack/detection-keys.ts";

const NONE: ReadonlySet<string> = new Set();

/**
 * Points of correlations in DynamoDB, one string set an item: key `pk`,
 * `correlation#<key>`; time to live `expiresAt`.
 *
 * DynamoDB adds to a set and takes from it within the item, so that no writer needs to
 * know what others have written. Reads are consistent.
 */
export class DynamoDbCorrelationStore implements CorrelationStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async add(key: string, points: ReadonlySet<string>, forgetAt: number): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#tableName,
        Key: toKey(key),
        UpdateExpression: "ADD points :points SET expiresAt = :expiresAt",
        ExpressionAttributeValues: { ":points": new Set(points), ":expiresAt": forgetAt },
      }),
    );
  }

  async remove(key: string, points: ReadonlySet<string>): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#tableName,
        Key: toKey(key),
        UpdateExpression: "DELETE points :points",
        ExpressionAttributeValues: { ":points": new Set(points) },
      }),
    );
  }

  async read(key: string): Promise<ReadonlySet<string>> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: toKey(key), ConsistentRead: true }),
    );
    return Item?.points ?? NONE;
  }
}

function toKey(key: string): { pk: string } {
  return { pk: DETECTION_KEYS.correlation + key };
}
