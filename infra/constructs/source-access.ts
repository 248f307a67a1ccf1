/** What a source's functions may do: only with what is the source's own. */
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { claimsKey } from "../../lib/archive/writer.ts";
import type { SourceConfig } from "../config/schema.ts";
import type { NodeFunction } from "./node-function.ts";

/** Of `PREFIXES`, those below which a function adds, reads and lists the source's objects. */
export interface ArchiveAccess {
  add: string[];
  read: string[];
  list: string[];
}

/** What every writer of entries does: what it stores for a sealed day, it notes as an addendum. */
export const STORING = {
  add: [PREFIXES.auditLogs, PREFIXES.quarantine, PREFIXES.addenda],
  read: [PREFIXES.auditLogs, PREFIXES.manifests],
  list: [PREFIXES.auditLogs, PREFIXES.manifests],
} satisfies ArchiveAccess;

export function allowArchive(
  handler: NodeFunction,
  bucket: IBucket,
  source: string,
  access: ArchiveAccess,
): void {
  const below = (prefix: string) => bucket.arnForObjects(`${prefix}source=${source}/*`);
  const whyWildcard = "It ends a prefix: any object of this source, and of no other.";
  handler.allow({
    sid: "AddObjects",
    actions: ["s3:PutObject"],
    resources: access.add.map(below),
    // Only with `If-None-Match`: a run adds evidence and cannot change any.
    conditions: { Null: { "s3:if-none-match": "false" } },
    whyWildcard,
  });
  handler.allow({
    sid: "ReadOwnObjects",
    actions: ["s3:GetObject"],
    resources: access.read.map(below),
    whyWildcard,
  });
  handler.allow({
    sid: "ListOwnObjects",
    actions: ["s3:ListBucket"],
    resources: [bucket.bucketArn],
    conditions: {
      StringLike: { "s3:prefix": access.list.map((prefix) => `${prefix}source=${source}/*`) },
    },
  });
  handler.allowKey("s3", bucket.encryptionKey, ["kms:Decrypt", "kms:GenerateDataKey"]);
}

/** Reads what is sealed of the source: entries, and the manifests that say what each day held. */
export function allowSealedDays(handler: NodeFunction, bucket: IBucket, source: string): void {
  handler.allow({
    sid: "ReadSealedDays",
    actions: ["s3:GetObject"],
    resources: [PREFIXES.auditLogs, PREFIXES.manifests].map((prefix) =>
      bucket.arnForObjects(`${prefix}source=${source}/*`),
    ),
    whyWildcard: "It ends a prefix: any object of this source, and of no other.",
  });
}

/**
 * @param rotates - whether it refreshes the token, and so replaces it
 * @param key - the one that the secret is encrypted under
 */
export function allowToken(
  handler: NodeFunction,
  tokenSecret: ISecret,
  rotates: boolean,
  key: IKey,
): void {
  handler.allow({
    sid: "ReadOwnToken",
    actions: ["secretsmanager:GetSecretValue"],
    resources: [tokenSecret.secretArn],
  });
  if (rotates) {
    handler.allow({
      sid: "RefreshOwnToken",
      actions: ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
      resources: [tokenSecret.secretArn],
    });
  }
  handler.allowKey("secretsmanager", key, [
    "kms:Decrypt",
    ...(rotates ? ["kms:GenerateDataKey"] : []),
  ]);
}

/** What a function that uses the token is told of it. */
export function tokenEnvironment(config: SourceConfig, tokenSecret: ISecret) {
  return {
    TOKEN_SECRET_ID: tokenSecret.secretArn,
    SLACK_API_BASE: config.apiBase,
    ...(config.tokenRotation ? { TOKEN_ROTATION: "on" as const } : {}),
  };
}

/** @param writers - those that it works on: names, in which `*` stands for any part of one */
export function allowWriters(
  handler: NodeFunction,
  checkpoints: ITable,
  source: string,
  writers: string[],
): void {
  handler.allow({
    sid: "KeepOwnCheckpoint",
    actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
    resources: [checkpoints.tableArn],
    conditions: {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [...writers, claimsKey(source)] },
    },
  });
}

/** A scan has no leading keys to be bound to: it sees how far other sources are, and no more. */
export function allowListingWriters(handler: NodeFunction, checkpoints: ITable): void {
  handler.allow({
    sid: "ListLanes",
    actions: ["dynamodb:Scan"],
    resources: [checkpoints.tableArn],
  });
}
