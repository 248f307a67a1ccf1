import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { SnsNotificationSink } from "../../lib/aws/sns-notification-sink.ts";

const TOPIC_ARN = "arn:aws:sns:eu-central-1:111122223333:alerts";

const sns = mockClient(SNSClient);
afterAll(() => sns.restore());
const sink = new SnsNotificationSink(new SNSClient({ region: "eu-central-1" }), TOPIC_ARN);

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: "1" });
});

async function published(notification: Partial<Parameters<typeof sink.publish>[0]>) {
  sns.resetHistory();
  await sink.publish({ subject: "s", text: "t", data: {}, attributes: {}, ...notification });
  const input = sns.commandCalls(PublishCommand).at(-1)?.args[0].input;
  if (input === undefined) {
    throw new Error("nothing was published");
  }
  return input;
}

describe("SnsNotificationSink", () => {
  it("gives e-mail the text and everyone else the data", async () => {
    const input = await published({ text: "For a person", data: { severity: "high" } });
    expect(input).toMatchObject({ TopicArn: TOPIC_ARN, MessageStructure: "json" });
    const message = JSON.parse(input.Message ?? "");
    expect(message).toEqual({ default: '{"severity":"high"}', email: "For a person" });
  });

  it("sends attributes that a subscription can filter by", async () => {
    const attributes = { severity: "high", techniques: ["T1098", "T1531"], action: "", none: [] };
    expect((await published({ attributes })).MessageAttributes).toEqual({
      severity: { DataType: "String", StringValue: "high" },
      techniques: { DataType: "String.Array", StringValue: '["T1098","T1531"]' },
    });
  });

  it.each([
    ["[HIGH] Ada changed it", "[HIGH] Ada changed it"],
    ["Zoë Müller\nSubject: x", "Zoe Muller Subject: x"],
    ["名前 — ok", "?? ? ok"],
    ["👩‍💻 x", "??? x"],
    ["x".repeat(101), `${"x".repeat(97)}...`],
    ["x".repeat(100), "x".repeat(100)],
  ])("turns %j into a subject that SNS takes", async (subject, expected) => {
    expect((await published({ subject })).Subject).toBe(expected);
  });

  it("never sends a subject that SNS would refuse", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (name) => {
        expect((await published({ subject: `[LOW] ${name}` })).Subject).toMatch(
          /^\[LOW\][ -~]{0,94}$/,
        );
      }),
    );
  });

  it("fails when SNS fails", async () => {
    sns.on(PublishCommand).rejects(new Error("throttled"));
    await expect(published({})).rejects.toThrow("throttled");
  });
});
