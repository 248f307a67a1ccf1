import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** A queue from which Lambda takes messages, and its dead letters. */
export class SqsQueue {
  readonly #client: SQSClient;
  readonly #urls: { queue: string; deadLetters: string };

  constructor(client: SQSClient, urls: { queue: string; deadLetters: string }) {
    this.#client = client;
    this.#urls = urls;
  }

  /** Have a message that was received, and failed, delivered again after so many seconds. */
  async delay(receiptHandle: string, seconds: number): Promise<void> {
    await this.#client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.#urls.queue,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  }

  /** Put a message aside for a person; the caller still removes it from the queue. */
  async putAside(body: string): Promise<void> {
    await this.#client.send(
      new SendMessageCommand({ QueueUrl: this.#urls.deadLetters, MessageBody: body }),
    );
  }
}
