import { describe, expect, it } from "vitest";
import { alarms, linkedArticle } from "../alarms.ts";
import { synthesize } from "../synthesize.ts";

describe("DeadLetterQueue", () => {
  const { template } = synthesize();
  const byName = alarms(template);

  it("has an alarm for each dead-letter queue", () => {
    const queues = Object.keys(template.findResources("AWS::SQS::Queue")).filter((id) =>
      id.includes("DeadLetters"),
    );
    const watched = [...byName.values()].filter((alarm) => linkedArticle(alarm) === "dead-letters");

    expect(watched).toHaveLength(queues.length);
  });

  it("alarms at the first message", () => {
    expect(byName.get("SlackAuditLake-schedules-dead-letters")).toMatchObject({
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: "notBreaching",
    });
  });
});
