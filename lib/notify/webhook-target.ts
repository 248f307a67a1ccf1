import { createHmac } from "node:crypto";
import { toNotification } from "../detect/alert-notification.ts";
import type { Clock } from "../slack/clock.ts";
import { externalId } from "./external-id.ts";
import type { HttpSender } from "./http-sender.ts";
import { type Alert, type Target, TargetRefusedError } from "./target.ts";
import type { TargetSecret } from "./target-secret.ts";

/** Bytes of a key, as the specification has it. */
const KEY_BYTES = { min: 24, max: 64 };

/**
 * Any HTTPS endpoint, signed as Standard Webhooks has it: `webhook-id`, `webhook-timestamp` and
 * `webhook-signature`, so that a receiver needs no code of ours to check it. The id is the
 * alert's: a receiver that must not act twice keeps it.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export class WebhookTarget implements Target {
  readonly #sender: HttpSender;
  readonly #key: TargetSecret;
  readonly #url: string;
  readonly #clock: Pick<Clock, "nowMs">;

  constructor(
    sender: HttpSender,
    key: TargetSecret,
    { url, clock }: { url: string; clock: Pick<Clock, "nowMs"> },
  ) {
    this.#sender = sender;
    this.#key = key;
    this.#url = url;
    this.#clock = clock;
  }

  async send(alert: Alert): Promise<void> {
    const secret = await this.#key.text();
    const body = JSON.stringify(toNotification(alert).data);
    const timestamp = String(Math.floor(this.#clock.nowMs() / 1000));
    const id = externalId(alert);
    const signature = createHmac("sha256", parseKey(secret))
      .update(`${id}.${timestamp}.${body}`)
      .digest("base64");
    await this.#sender.post({
      url: this.#url,
      headers: {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signature}`,
      },
      body,
      isRepeatable: true,
      isTaken: () => true, // the specification has it that any status from 200 to 299 says so
    });
  }
}

/** @throws {TargetRefusedError} when it is no key of the specification's form */
function parseKey(secret: string): Buffer {
  const [, base64 = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(base64, "base64");
  if (key.byteLength < KEY_BYTES.min || key.byteLength > KEY_BYTES.max) {
    throw new TargetRefusedError(
      `the webhook's key must be whsec_ and ${KEY_BYTES.min} to ${KEY_BYTES.max} random bytes in base64; make one with: echo "whsec_$(openssl rand -base64 32)"`,
    );
  }
  return key;
}
