import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { SeenNamesStore } from "../detect/ports.ts";
import { DETECTION_KEYS } from "../stack/detection-keys.ts";

/** Names in DynamoDB, one string set an item: key `pk`, `vocabulary#<name>`. */
export class DynamoDbSeenNamesStore implements SeenNamesStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async read(name: string): Promise<ReadonlySet<string> | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: toKey(name), ConsistentRead: true }),
    );
    return Item && (Item.terms ?? new Set());
  }

  async add(name: string, terms: ReadonlySet<string>): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#tableName,
        Key: toKey(name),
        UpdateExpression: "ADD terms :terms",
        ExpressionAttributeValues: { ":terms": new Set(terms) },
      }),
    );
  }

  async replace(name: string, terms: ReadonlySet<string>): Promise<void> {
    await this.#client.send(
      new PutCommand({
        TableName: this.#tableName,
        // DynamoDB has no empty sets.
        Item: { ...toKey(name), ...(terms.size > 0 ? { terms: new Set(terms) } : {}) },
      }),
    );
  }
}

function toKey(name: string): { pk: string } {
  return { pk: DETECTION_KEYS.vocabulary + name };
}
