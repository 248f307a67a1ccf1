import { toNotification } from "../detect/alert-notification.ts";
import type { NotificationSink } from "../detect/ports.ts";
import { type HttpPorts, HttpSender } from "./http-sender.ts";
import { JiraTarget } from "./jira-target.ts";
import { PAGERDUTY_URLS, PagerDutyTarget } from "./pagerduty-target.ts";
import { SlackTarget } from "./slack-target.ts";
import type { Target } from "./target.ts";
import { TargetSecret } from "./target-secret.ts";
import type { TargetSettings } from "./target-settings.ts";
import { WebhookTarget } from "./webhook-target.ts";

/** Targets of AWS, which take notifications as they are. */
export type SinkSettings = Extract<TargetSettings, { type: "eventbridge" | "sns" }>;

export interface TargetPorts extends HttpPorts {
  /** @param secret - the name that the settings give it */
  readSecret(secret: string): Promise<string>;
  sinkOf(settings: SinkSettings): NotificationSink;
}

export function makeTarget(settings: TargetSettings, ports: TargetPorts): Target {
  if (settings.type === "eventbridge" || settings.type === "sns") {
    const sink = ports.sinkOf(settings);
    return { send: (alert) => sink.publish(toNotification(alert)) };
  }
  const sender = new HttpSender(ports);
  const secret = new TargetSecret(() => ports.readSecret(settings.secret));
  switch (settings.type) {
    case "slack":
      return new SlackTarget(sender, secret);
    case "pagerduty":
      return new PagerDutyTarget(sender, secret, PAGERDUTY_URLS[settings.region]);
    case "jira":
      return new JiraTarget(sender, secret, settings);
    case "webhook":
      return new WebhookTarget(sender, secret, { url: settings.url, clock: ports.clock });
  }
}
