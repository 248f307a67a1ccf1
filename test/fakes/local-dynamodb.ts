import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
// @ts-expect-error it has no types
import dynalite from "dynalite";

/** A DynamoDB on loopback, in memory. */
export class LocalDynamoDb {
  readonly endpoint: string;
  readonly client: DynamoDBDocumentClient;
  readonly #server: Server;

  private constructor(server: Server) {
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${port}`;
    this.client = DynamoDBDocumentClient.from(
      new DynamoDBClient({
        endpoint: this.endpoint,
        region: "eu-central-1",
        credentials: { accessKeyId: "local", secretAccessKey: "local" },
      }),
    );
  }

  static async start(): Promise<LocalDynamoDb> {
    const server: Server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new LocalDynamoDb(server);
  }

  /** An empty table whose only key is a string. */
  async createTable(name: string, key: string): Promise<void> {
    const table: CreateTableCommandInput = {
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
    };
    await this.client.send(new CreateTableCommand(table));
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
