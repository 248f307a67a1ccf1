/** What the lake's own buckets have in common. */
import { RemovalPolicy } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import {
  BlockPublicAccess,
  BucketEncryption,
  type BucketProps,
  type IBucket,
} from "aws-cdk-lib/aws-s3";

export function closedBucket(removalPolicy: RemovalPolicy) {
  return {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
  } satisfies BucketProps;
}

/** @param of.accessLogs - bucket for what is asked of this one */
export function encryptedBucket(of: {
  key: IKey;
  accessLogs: IBucket;
  removalPolicy: RemovalPolicy;
}) {
  return {
    ...closedBucket(of.removalPolicy),
    encryption: BucketEncryption.KMS,
    encryptionKey: of.key,
    bucketKeyEnabled: true, // one call to KMS for many objects instead of one each
    serverAccessLogsBucket: of.accessLogs,
  } satisfies BucketProps;
}
