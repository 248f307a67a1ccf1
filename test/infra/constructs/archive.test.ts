import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { resource, synthesize } from "../synthesize.ts";

const BUCKET = "AWS::S3::Bucket";

describe("Archive", () => {
  const { template } = synthesize();

  it("keeps the bucket private, versioned and under the stack's key", () => {
    expect(resource(template, BUCKET, "ArchiveBucket").Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: "Enabled" },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } },
        ],
      },
    });
    template.hasResourceProperties("AWS::KMS::Key", { EnableKeyRotation: true });
  });

  it.each(["ArchiveBucket", "ArchiveResults", "ArchiveColumns", "ArchiveAccessLogs"])(
    "refuses %s over plain HTTP",
    (id) => {
      expect(
        resource(template, "AWS::S3::BucketPolicy", `${id}Policy`).Properties.PolicyDocument
          .Statement,
      ).toContainEqual(
        expect.objectContaining({
          Effect: "Deny",
          Principal: { AWS: "*" },
          Action: "s3:*",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      );
    },
  );

  it("sends the bucket's events to EventBridge without a custom resource", () => {
    expect(
      resource(template, BUCKET, "ArchiveBucket").Properties.NotificationConfiguration,
    ).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
    expect(
      Object.values(template.toJSON().Resources as Record<string, { Type: string }>)
        .map(({ Type }) => Type)
        .filter((type) => type.startsWith("Custom::")),
    ).toEqual([]);
  });

  it("keeps the archive for ever and lets Athena's results and reports expire", () => {
    expect(resource(template, BUCKET, "ArchiveBucket").Properties.LifecycleConfiguration).toEqual({
      Rules: [{ Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }],
    });
    expect(resource(template, BUCKET, "ArchiveResults").Properties.LifecycleConfiguration).toEqual({
      Rules: ["athena-results/", "reports/"].map((Prefix) => ({
        Status: "Enabled",
        Prefix,
        ExpirationInDays: 30,
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      })),
    });
  });

  it("moves and deletes objects when it is told to", () => {
    const { template } = synthesize({
      archive: {
        tiers: [
          { storageClass: "STANDARD_IA", after: "90d" },
          { storageClass: "GLACIER_IR", after: "365d" },
        ],
        retention: "2557d",
      },
    });

    expect(
      resource(template, BUCKET, "ArchiveBucket").Properties.LifecycleConfiguration.Rules,
    ).toEqual([
      {
        Status: "Enabled",
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        Transitions: [
          { StorageClass: "STANDARD_IA", TransitionInDays: 90 },
          { StorageClass: "GLACIER_IR", TransitionInDays: 365 },
        ],
        ExpirationInDays: 2557,
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      },
    ]);
  });

  it("locks objects when it is told to, and only those of the archive", () => {
    const { template } = synthesize({
      archive: { objectLock: { mode: "COMPLIANCE", for: "365d" } },
    });

    expect(resource(template, BUCKET, "ArchiveBucket").Properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 365 } },
      },
    });
    for (const derived of ["ArchiveResults", "ArchiveColumns"]) {
      expect(resource(template, BUCKET, derived).Properties).not.toHaveProperty(
        "ObjectLockEnabled",
      );
    }
  });

  it("lets no rule delete files of the columns, which the table names", () => {
    const { template } = synthesize({ archive: { retention: "2557d" } });

    expect(resource(template, BUCKET, "ArchiveColumns").Properties).toMatchObject({
      LifecycleConfiguration: {
        Rules: [{ Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
      },
    });
  });

  it("outlives the stack", () => {
    const retained = ["AWS::S3::Bucket", "AWS::KMS::Key"].flatMap((type) =>
      Object.values(template.findResources(type)),
    );

    expect(retained.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(
      retained.map(() => "Retain"),
    );
    expect(retained).toHaveLength(5);
  });

  it("goes with the stack, emptied, when it is told to", () => {
    const { template } = synthesize({ removalPolicy: "destroy" });

    expect(resource(template, BUCKET, "ArchiveBucket").DeletionPolicy).toBe("Delete");
    template.resourceCountIs("Custom::S3AutoDeleteObjects", 4);
  });

  it("takes a bucket that exists and makes only the others", () => {
    const { template } = synthesize({ archive: { existingBucket: { name: "acme-evidence" } } });

    template.resourceCountIs(BUCKET, 3);
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: { detail: { bucket: { name: ["acme-evidence"] } } },
    });
  });

  it("takes a bucket name and a key that exists", () => {
    const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
    const { template } = synthesize({
      archive: { bucketName: "acme-evidence" },
      kmsKeyArn: keyArn,
    });

    template.resourceCountIs("AWS::KMS::Key", 0);
    template.hasResourceProperties(BUCKET, {
      BucketName: "acme-evidence",
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          Match.objectLike({ ServerSideEncryptionByDefault: { KMSMasterKeyID: keyArn } }),
        ],
      },
    });
  });
});
