import { Duration, type RemovalPolicy, Validations } from "aws-cdk-lib";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import {
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
  type LifecycleRule,
  ObjectLockRetention,
  StorageClass,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { REPORTS_PREFIX } from "../../lib/stack/report-key.ts";
import type { LakeConfig } from "../config/schema.ts";
import { closedBucket, encryptedBucket } from "./bucket-settings.ts";

export interface ArchiveProps {
  config: LakeConfig["archive"];
  /** How long Athena's results and the weekly reports are kept, seconds. */
  resultsRetentionSeconds: number;
  key: IKey;
  removalPolicy: RemovalPolicy;
}

/**
 * Where the evidence lies, and beside it, in buckets of their own, what may be
 * thrown away: Athena's results, the columns and the access logs. An Object Lock
 * with a default retention or a bucket that someone else owns could not hold
 * those, and a life cycle of the evidence must not delete files that a table names.
 */
export class Archive extends Construct {
  readonly bucket: IBucket;
  readonly resultsBucket: IBucket;
  /** Of the files of the columns table. */
  readonly columnsBucket: IBucket;
  /** What was asked of the other buckets. */
  readonly accessLogs: IBucket;

  constructor(scope: Construct, id: string, props: ArchiveProps) {
    super(scope, id);
    const { config, key, removalPolicy } = props;
    const accessLogs = new Bucket(this, "AccessLogs", {
      ...closedBucket(removalPolicy),
      encryption: BucketEncryption.S3_MANAGED, // S3 delivers its logs under no customer key
      lifecycleRules: [{ expiration: Duration.days(400) }], // a year and some, as auditors ask
    });
    Validations.of(accessLogs).acknowledge({
      id: "AwsSolutions-S1",
      reason: "It receives the access logs of the other buckets; logging itself would never end.",
    });
    this.accessLogs = accessLogs;
    const encrypted = encryptedBucket({ key, accessLogs, removalPolicy });

    this.resultsBucket = new Bucket(this, "Results", {
      ...encrypted,
      serverAccessLogsPrefix: "results/",
      lifecycleRules: [PREFIXES.athenaResults, REPORTS_PREFIX].map((prefix) => ({
        prefix,
        expiration: Duration.seconds(props.resultsRetentionSeconds),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      })),
    });

    // Always there, so that columns can be turned off and on again.
    this.columnsBucket = new Bucket(this, "Columns", {
      ...encrypted,
      serverAccessLogsPrefix: "columns/",
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });

    if (config.existingBucket !== undefined) {
      const { name, kmsKeyArn } = config.existingBucket;
      this.bucket = Bucket.fromBucketAttributes(this, "Bucket", {
        bucketName: name,
        ...(kmsKeyArn === undefined
          ? {}
          : { encryptionKey: Key.fromKeyArn(this, "BucketKey", kmsKeyArn) }),
      });
      return;
    }
    const bucket = new Bucket(this, "Bucket", {
      ...encrypted,
      ...(config.bucketName === undefined ? {} : { bucketName: config.bucketName }),
      ...(config.objectLock === undefined
        ? {}
        : { objectLockDefaultRetention: toObjectLockRetention(config.objectLock) }),
      serverAccessLogsPrefix: "archive/",
      versioned: true,
      lifecycleRules: lifecycleRules(config),
    });
    // `eventBridgeEnabled` would do this with a custom resource and a function.
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    this.bucket = bucket;
  }
}

function toObjectLockRetention(lock: NonNullable<LakeConfig["archive"]["objectLock"]>) {
  const duration = Duration.seconds(lock.for);
  return lock.mode === "GOVERNANCE"
    ? ObjectLockRetention.governance(duration)
    : ObjectLockRetention.compliance(duration);
}

/**
 * Small objects stay in S3 Standard whatever the tiers: S3 moves nothing under
 * 128 KB by itself, because the move would cost more than it saves.
 */
function lifecycleRules({
  tiers = [],
  retention = "forever",
}: LakeConfig["archive"]): LifecycleRule[] {
  const transitions = tiers.map(({ storageClass, after }) => ({
    storageClass: new StorageClass(storageClass),
    transitionAfter: Duration.seconds(after),
  }));
  return [
    {
      abortIncompleteMultipartUploadAfter: Duration.days(7),
      ...(transitions.length === 0 ? {} : { transitions }),
      // Objects are never rewritten, so an older version is one that someone
      // deleted: it stays as long as the archive does, and 30 days to undo it.
      ...(retention === "forever"
        ? {}
        : {
            expiration: Duration.seconds(retention),
            noncurrentVersionExpiration: Duration.days(30),
          }),
    },
  ];
}
