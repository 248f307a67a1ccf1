import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { Notification, NotificationSink } from "../detect/ports.ts";

/** The event's `source`, by which rules find it. */
const EVENT_SOURCE = "slack-audit-lake";

/** The bus has not taken an event; it may later. */
class EventNotTakenError extends Error {
  override readonly name = "EventNotTakenError";
  readonly code = "event_not_taken";
  readonly retryable = true;
}

/** Notifications as events of an EventBridge bus: the data as `detail`, its type as `detail-type`. */
export class EventBusSink implements NotificationSink {
  readonly #client: EventBridgeClient;
  readonly #busArn: string;

  constructor(client: EventBridgeClient, busArn: string) {
    this.#client = client;
    this.#busArn = busArn;
  }

  /** @throws {EventNotTakenError} when the answer says so; it has the status of a success */
  async publish({ data, attributes }: Notification): Promise<void> {
    const { Entries } = await this.#client.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: this.#busArn,
            Source: EVENT_SOURCE,
            DetailType: String(attributes.type),
            Detail: JSON.stringify(data),
          },
        ],
      }),
    );
    const [entry] = Entries ?? [];
    if (entry?.EventId === undefined) {
      throw new EventNotTakenError(
        `the event bus did not take the event: ${entry?.ErrorCode ?? "no reason"}`,
      );
    }
  }
}
