import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { AlertLedger, Claim, ClaimOutcome } from "../detect/ports.ts";
import { DETECTION_KEYS } from "../stack/detection-keys.ts";

/** Item of an alert, below the table's key `pk`. */
interface AlertItem {
  /** Present from the moment the alert is published. */
  published?: true;
  claimOwner: string;
  /** Epoch milliseconds. */
  claimExpiresAt: number;
  /** Epoch seconds; the table's time to live. */
  expiresAt: number;
}

/**
 * Published alerts in DynamoDB: key `pk`, `alert#<id>`, or for what a target has
 * `delivery#<target>#<id>`; time to live `expiresAt`.
 *
 * Reads are consistent, writes conditional, each on one item.
 */
export class DynamoDbAlertLedger implements AlertLedger {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;
  readonly #keyPrefix: string;

  /** @param keyPrefix - before the alert's id; alerts of one are unknown to the others */
  constructor(
    client: DynamoDBDocumentClient,
    tableName: string,
    keyPrefix: string = DETECTION_KEYS.alert,
  ) {
    this.#client = client;
    this.#tableName = tableName;
    this.#keyPrefix = keyPrefix;
  }

  async claim(
    alertId: string,
    claim: Claim,
    nowMs: number,
    forgetAt: number,
  ): Promise<ClaimOutcome> {
    const item: AlertItem = {
      claimOwner: claim.owner,
      claimExpiresAt: claim.expiresAt,
      expiresAt: forgetAt,
    };
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#tableName,
          Item: { ...this.#key(alertId), ...item },
          // Its own claim counts as free: the response to an earlier attempt was lost.
          ConditionExpression:
            "attribute_not_exists(pk) OR (attribute_not_exists(published) AND (claimExpiresAt <= :now OR claimOwner = :owner))",
          ExpressionAttributeValues: { ":now": nowMs, ":owner": claim.owner },
        }),
      );
      return "claimed";
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) {
        throw error;
      }
    }
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: this.#key(alertId), ConsistentRead: true }),
    );
    return Item?.published === true ? "published" : "in_flight";
  }

  async markPublished(alertId: string): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#tableName,
        Key: this.#key(alertId),
        UpdateExpression: "SET published = :true REMOVE claimOwner, claimExpiresAt",
        ExpressionAttributeValues: { ":true": true },
      }),
    );
  }

  #key(alertId: string): { pk: string } {
    return { pk: this.#keyPrefix + alertId };
  }
}
