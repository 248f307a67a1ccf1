import { describe, expect, it } from "vitest";
import { resource, synthesize } from "../synthesize.ts";

const TOPIC_ARN = "arn:aws:sns:eu-central-1:123456789012:alarms";

describe("Notifications", () => {
  it("makes an encrypted topic that the account's alarms may publish to", () => {
    const { template } = synthesize();

    expect(resource(template, "AWS::SNS::Topic", "NotificationsTopic").Properties).toHaveProperty(
      "KmsMasterKeyId",
    );
    expect(
      resource(template, "AWS::SNS::TopicPolicy", "NotificationsTopicPolicy").Properties
        .PolicyDocument.Statement,
    ).toContainEqual(
      expect.objectContaining({
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Condition: {
          StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
          ArnLike: { "aws:SourceArn": expect.anything() },
        },
      }),
    );
  });

  it("subscribes each address", () => {
    const { template } = synthesize({ alerts: { email: ["a@example.com", "b@example.com"] } });

    for (const Endpoint of ["a@example.com", "b@example.com"]) {
      template.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint });
    }
  });

  it("uses a topic that exists instead", () => {
    const { template } = synthesize({ alerts: { existingTopic: { arn: TOPIC_ARN } } });

    template.resourceCountIs("AWS::SNS::Topic", 1); // the one for new objects
    template.hasOutput("AlertsTopic", { Value: TOPIC_ARN });
  });
});
