import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateScan,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { claimsKey, liveWriter, writerPrefix } from "../archive/writer.ts";
import {
  type Acquired,
  type Checkpoint,
  type CheckpointStatus,
  type CheckpointStore,
  type Claim,
  type Claimed,
  type Lease,
  LeaseLostError,
  type WriterStatus,
} from "../ports.ts";
import { overlaps } from "../time.ts";

/** How often a lease is asked for that its holder gives up in the same moment. */
const MAX_ACQUISITIONS = 3;

/** How often a claim is tried again whose item another has changed meanwhile. */
const MAX_CLAIM_ATTEMPTS = 20;

/** Item of a source's claims, which are few, below the table's key `source`. */
interface ClaimsItem {
  claims: Claim[];
  /** Goes up with each change, so that no change is made to an item that was not seen. */
  version: number;
}

/** Item of a writer, below the table's key `source`. */
interface CheckpointItem {
  checkpoint?: Checkpoint;
  leaseOwner?: string;
  /** Epoch milliseconds. */
  leaseExpiresAt?: number;
  /** Epoch milliseconds. */
  updatedAt: number;
}

/**
 * Checkpoints in DynamoDB. Each write is conditional and of one item; reads are consistent.
 *
 * A write needs no limit of its own, as a put to the archive does: however late it
 * takes effect, its condition refuses it once another owner has the lease.
 */
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

  async claim(source: string, claim: Claim, nowMs: number): Promise<Claimed> {
    let heldBy: Claim | undefined;
    await this.#changeClaims(source, (claims) => {
      const others = claims.filter(({ writer }) => writer !== claim.writer);
      const valid = others.filter(({ expiresAt }) => expiresAt > nowMs);
      heldBy = valid.find(({ range }) => overlaps(range, claim.range));
      // A run that stood still does not take the place of a newer one of the same writer.
      heldBy ??= claims.find(
        ({ writer, owner, expiresAt }) =>
          writer === claim.writer && owner !== claim.owner && expiresAt > claim.expiresAt,
      );
      return heldBy === undefined ? [...valid, claim] : undefined;
    });
    return heldBy === undefined ? { claimed: true } : { claimed: false, heldBy };
  }

  async unclaim(source: string, writer: string, owner: string): Promise<void> {
    await this.#changeClaims(source, (claims) => {
      const left = claims.filter((claim) => claim.writer !== writer || claim.owner !== owner);
      return left.length < claims.length ? left : undefined;
    });
  }

  async claims(source: string): Promise<Claim[]> {
    const { claims } = await this.#readClaims(source);
    return claims.sort((a, b) => (a.writer < b.writer ? -1 : 1));
  }

  /** @param change - gives the new claims; nothing when there is nothing to change */
  async #changeClaims(
    source: string,
    change: (claims: Claim[]) => Claim[] | undefined,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { claims, version } = await this.#readClaims(source);
      const changed = change(claims);
      if (changed === undefined) return;
      const item = await this.#update(claimsKey(source), {
        update: "SET claims = :claims, version = :next",
        condition: version === 0 ? "attribute_not_exists(version)" : "version = :version",
        values: {
          ":claims": changed,
          ":next": version + 1,
          ...(version === 0 ? {} : { ":version": version }),
        },
      });
      if (item !== undefined) return;
      if (attempt === MAX_CLAIM_ATTEMPTS) {
        throw new Error(`the claims of "${source}" change faster than they can be read`);
      }
    }
  }

  async #readClaims(source: string): Promise<ClaimsItem> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#tableName,
        Key: { source: claimsKey(source) },
        ConsistentRead: true,
      }),
    );
    return (Item as ClaimsItem | undefined) ?? { claims: [], version: 0 };
  }

  async read(source: string): Promise<CheckpointStatus | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: { source }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : toStatus(Item as CheckpointItem);
  }

  /** Scans: the table has an item a writer, some hundred at most. */
  async writers(source: string): Promise<WriterStatus[]> {
    const writers: WriterStatus[] = [];
    const pages = paginateScan(
      { client: this.#client },
      {
        TableName: this.#tableName,
        ConsistentRead: true,
        FilterExpression:
          "#writer = :live OR (begins_with(#writer, :prefix) AND #writer <> :claims)",
        ExpressionAttributeNames: { "#writer": "source" },
        ExpressionAttributeValues: {
          ":live": liveWriter(source),
          ":prefix": writerPrefix(source),
          ":claims": claimsKey(source),
        },
      },
    );
    for await (const { Items = [] } of pages) {
      writers.push(
        ...Items.map((item) => ({ writer: item.source, ...toStatus(item as CheckpointItem) })),
      );
    }
    return writers.sort((a, b) => (a.writer < b.writer ? -1 : 1));
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

function toStatus(item: CheckpointItem): CheckpointStatus {
  const { checkpoint, leaseOwner, leaseExpiresAt, updatedAt } = item;
  const lease =
    leaseOwner === undefined || leaseExpiresAt === undefined
      ? undefined
      : { owner: leaseOwner, expiresAt: leaseExpiresAt };
  return { checkpoint, lease, updatedAt };
}

/** DynamoDB has no undefined: what is not there has no attribute. */
function withoutUndefined(checkpoint: Checkpoint): Checkpoint {
  return JSON.parse(JSON.stringify(checkpoint));
}
