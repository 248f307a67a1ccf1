import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import {
  type Acquired,
  type Checkpoint,
  type CheckpointStatus,
  type CheckpointStore,
  type Lease,
  LeaseLostError,
} from "../ports.ts";

/** How often a lease is asked for that its holder gives up in the same moment. */
const MAX_ACQUISITIONS = 3;

/** Item of a source, below the table's key `source`. */
interface CheckpointItem {
  checkpoint?: Checkpoint;
  leaseOwner?: string;
  /** Epoch milliseconds. */
  leaseExpiresAt?: number;
  /** Epoch milliseconds. */
  updatedAt: number;
}

/** Checkpoints in DynamoDB. Each write is conditional and of one item; reads are consistent. */
export class DynamoDbCheckpointStore implements CheckpointStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async acquire(source: string, lease: Lease, nowMs: number): Promise<Acquired> {
    for (let acquisitions = 1; ; acquisitions += 1) {
      const item = await this.#update(source, {
        update: "SET leaseOwner = :owner, leaseExpiresAt = :expiresAt, updatedAt = :now",
        condition:
          "attribute_not_exists(leaseOwner) OR leaseOwner = :owner OR leaseExpiresAt <= :now",
        values: { ":owner": lease.owner, ":expiresAt": lease.expiresAt, ":now": nowMs },
      });
      if (item !== undefined) {
        return { held: true, checkpoint: item.checkpoint };
      }
      const heldBy = (await this.read(source))?.lease;
      if (heldBy !== undefined) {
        return { held: false, heldBy };
      }
      if (acquisitions === MAX_ACQUISITIONS) {
        throw new Error(`the lease on "${source}" is taken and given up faster than it can be had`);
      }
    }
  }

  async save(source: string, lease: Lease, checkpoint: Checkpoint, nowMs: number): Promise<void> {
    const saved = await this.#update(source, {
      update: "SET checkpoint = :checkpoint, leaseExpiresAt = :expiresAt, updatedAt = :now",
      condition: "leaseOwner = :owner",
      values: {
        ":checkpoint": withoutUndefined(checkpoint),
        ":owner": lease.owner,
        ":expiresAt": lease.expiresAt,
        ":now": nowMs,
      },
    });
    if (saved === undefined) {
      throw new LeaseLostError(source);
    }
  }

  async release(source: string, owner: string, nowMs: number): Promise<void> {
    await this.#update(source, {
      update: "REMOVE leaseOwner, leaseExpiresAt SET updatedAt = :now",
      condition: "leaseOwner = :owner",
      values: { ":owner": owner, ":now": nowMs },
    });
  }

  async read(source: string): Promise<CheckpointStatus | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: { source }, ConsistentRead: true }),
    );
    if (Item === undefined) {
      return undefined;
    }
    const { checkpoint, leaseOwner, leaseExpiresAt, updatedAt } = Item as CheckpointItem;
    const lease =
      leaseOwner === undefined || leaseExpiresAt === undefined
        ? undefined
        : { owner: leaseOwner, expiresAt: leaseExpiresAt };
    return { checkpoint, lease, updatedAt };
  }

  /** @returns the new item; nothing when the condition does not hold */
  async #update(
    source: string,
    request: { update: string; condition: string; values: Record<string, unknown> },
  ): Promise<CheckpointItem | undefined> {
    try {
      const { Attributes } = await this.#client.send(
        new UpdateCommand({
          TableName: this.#tableName,
          Key: { source },
          UpdateExpression: request.update,
          ConditionExpression: request.condition,
          ExpressionAttributeValues: request.values,
          ReturnValues: "ALL_NEW",
        }),
      );
      return Attributes as CheckpointItem;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return undefined;
      }
      throw error;
    }
  }
}

/** DynamoDB has no undefined: what is not there has no attribute. */
function withoutUndefined(checkpoint: Checkpoint): Checkpoint {
  return JSON.parse(JSON.stringify(checkpoint));
}
