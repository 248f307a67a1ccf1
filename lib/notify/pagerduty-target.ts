import * as z from "zod";
import { alertParts } from "../detect/alert-notification.ts";
import type { Severity } from "../detect/rule.ts";
import { externalId } from "./external-id.ts";
import { type HttpSender, parseAnswer } from "./http-sender.ts";
import type { Alert, Target } from "./target.ts";
import type { TargetSecret } from "./target-secret.ts";

/** Where a service region takes events. */
export const PAGERDUTY_URLS = {
  us: "https://events.pagerduty.com/v2/enqueue",
  eu: "https://events.eu.pagerduty.com/v2/enqueue",
} as const;

const SEVERITIES: Readonly<Record<Severity, "info" | "warning" | "error" | "critical">> = {
  info: "info",
  low: "info",
  medium: "warning",
  high: "error",
  critical: "critical",
};

const TAKEN = z.object({ status: z.literal("success") });

const SUMMARY_MAX = 1024;

/**
 * A service of PagerDuty, by the Events API v2. PagerDuty takes what has the same key for one alert,
 * so sending it again makes no second.
 *
 * @see https://developer.pagerduty.com/docs/send-alert-event
 */
export class PagerDutyTarget implements Target {
  readonly #sender: HttpSender;
  readonly #routingKey: TargetSecret;
  readonly #url: string;

  constructor(sender: HttpSender, routingKey: TargetSecret, url: string) {
    this.#sender = sender;
    this.#routingKey = routingKey;
    this.#url = url;
  }

  async send(alert: Alert): Promise<void> {
    const routingKey = await this.#routingKey.text();
    const body = JSON.stringify({ routing_key: routingKey, ...toEvent(alert) });
    await this.#sender.post({
      ...{ url: this.#url, body, isRepeatable: true },
      isTaken: ({ status, text }) => status === 202 && TAKEN.safeParse(parseAnswer(text)).success,
      errorWords: ["routing_key", "payload"],
    });
  }
}

/** All of it is text that PagerDuty shows as it is. */
function toEvent(alert: Alert): object {
  const { facts, lists, commands } = alertParts(alert);
  return {
    event_action: "trigger",
    dedup_key: externalId(alert),
    client: "Slack Audit Lake",
    // A reference to a page of ours has no address.
    ...(URL.canParse(alert.reference)
      ? { links: [{ href: alert.reference, text: "Reference" }] }
      : {}),
    payload: {
      summary: [...alert.title].slice(0, SUMMARY_MAX).join(""),
      severity: SEVERITIES[alert.severity],
      source: alert.source,
      timestamp: alert.entry.time,
      component: alert.entry.action,
      class: alert.ruleId,
      custom_details: {
        Reason: alert.reason,
        ...Object.fromEntries<string | readonly string[]>([...facts, ...lists, ...commands]),
        "Alert id": alert.id,
      },
    },
  };
}
