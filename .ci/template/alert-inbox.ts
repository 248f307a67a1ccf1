import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { ACCOUNT, arnOf, REGION } from "../../test/fakes/local-account/deployment.ts";
import { callSqs, clientOptions } from "./aws-api.ts";
import type { DeployedStack } from "./deployed-stack.ts";
import { receiveAll } from "./object-events.ts";

const QUEUE = "alert-inbox";

/** A queue that gets what goes to the topic of alerts. */
export class AlertInbox {
  readonly #endpoint: string;

  private constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  static async open({ moto, deployment }: DeployedStack): Promise<AlertInbox> {
    await callSqs(moto.endpoint, "CreateQueue", { QueueName: QUEUE });
    const [topic] = deployment.one("AWS::SNS::Topic", "NotificationsTopic");
    await new SNSClient(clientOptions(moto.endpoint)).send(
      new SubscribeCommand({
        TopicArn: deployment.named(topic).ref,
        Protocol: "sqs",
        Endpoint: arnOf("sqs", QUEUE),
        Attributes: { RawMessageDelivery: "true" },
      }),
    );
    return new AlertInbox(moto.endpoint);
  }

  /** What came since the last time. */
  async receive(): Promise<string[]> {
    const url = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${QUEUE}`;
    const messages: string[] = [];
    for await (const batch of receiveAll(this.#endpoint, url)) {
      messages.push(...batch.map(({ Body }) => Body));
    }
    return messages;
  }
}
