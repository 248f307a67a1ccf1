import { describe, expect, it } from "vitest";
import { hourPrefix, PREFIXES, toObjectKey } from "../../../lib/archive/object-key.ts";
import { resource, synthesize } from "../synthesize.ts";

describe("Events", () => {
  const { template } = synthesize();
  const rule = resource(template, "AWS::Events::Rule", "EventsObjectCreated").Properties;

  it("matches 'Object Created' in the archive bucket", () => {
    expect(rule.EventPattern).toMatchObject({
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: { bucket: { name: [{ Ref: expect.stringMatching(/^ArchiveBucket/) }] } },
    });
  });

  it("matches the keys that the archive writes and no others", () => {
    const [{ prefix }] = rule.EventPattern.detail.object.key;
    const key = toObjectKey({
      source: "acme",
      minDateCreate: 1_767_225_600,
      maxDateCreate: 1_767_225_601,
      hash: "0123456789abcdef",
    });

    expect(key.startsWith(prefix)).toBe(true);
    expect(hourPrefix("", 0).startsWith(prefix)).toBe(true);
    const { auditLogs: _, ...others } = PREFIXES;
    expect(Object.values(others).filter((other) => other.startsWith(prefix))).toEqual([]);
  });

  it("publishes to one encrypted topic, whole, with a dead-letter queue", () => {
    expect(rule.Targets).toEqual([
      {
        Id: expect.any(String),
        Arn: { Ref: expect.stringMatching(/^EventsTopic/) },
        DeadLetterConfig: {
          Arn: { "Fn::GetAtt": [expect.stringMatching(/^EventsDeadLetters/), "Arn"] },
        },
      },
    ]);
    expect(resource(template, "AWS::SNS::Topic", "EventsTopic").Properties).toHaveProperty(
      "KmsMasterKeyId",
    );
  });

  it("lets EventBridge publish, under the key, and refuses plain HTTP", () => {
    const topicPolicy = resource(template, "AWS::SNS::TopicPolicy", "EventsTopicPolicy").Properties
      .PolicyDocument.Statement;
    const keyPolicy = resource(template, "AWS::KMS::Key", "EncryptionKey").Properties.KeyPolicy
      .Statement;

    expect(topicPolicy).toContainEqual(
      expect.objectContaining({
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sns:Publish",
      }),
    );
    expect(topicPolicy).toContainEqual(
      expect.objectContaining({
        Effect: "Deny",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    );
    expect(keyPolicy).toContainEqual({
      Effect: "Allow",
      Principal: { Service: ["cloudwatch.amazonaws.com", "events.amazonaws.com"] },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
    });
  });
});
