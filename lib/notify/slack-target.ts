import * as z from "zod";
import { alertParts } from "../detect/alert-notification.ts";
import type { Severity } from "../detect/rule.ts";
import { type HttpAnswer, type HttpSender, parseAnswer } from "./http-sender.ts";
import type { Alert, Target } from "./target.ts";
import type { TargetSecret } from "./target-secret.ts";

/** Of a message with blocks; Slack's own limit is 40,000. */
const FALLBACK_MAX = 500;

const SIGNS: Readonly<Record<Severity, string>> = {
  info: "white_circle",
  low: "large_blue_circle",
  medium: "large_yellow_circle",
  high: "large_orange_circle",
  critical: "red_circle",
};

const OK = z.object({ ok: z.literal(true) });

/** @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
const ERROR_WORDS = [
  ...["action_prohibited", "channel_is_archived", "channel_not_found", "invalid_auth"],
  ...["invalid_blocks", "invalid_payload", "invalid_token", "no_active_hooks", "no_service"],
  ...["no_service_id", "no_team", "no_text", "posting_to_general_channel_denied", "team_disabled"],
  ...["too_many_attachments", "user_not_found"],
];

/**
 * A channel, by an incoming webhook.
 *
 * Slack has no key by which it would recognize a message, so one whose answer was lost may come
 * twice.
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export class SlackTarget implements Target {
  readonly #sender: HttpSender;
  readonly #webhookUrl: TargetSecret;

  constructor(sender: HttpSender, webhookUrl: TargetSecret) {
    this.#sender = sender;
    this.#webhookUrl = webhookUrl;
  }

  async send(alert: Alert): Promise<void> {
    const url = await this.#webhookUrl.url();
    const body = JSON.stringify(toMessage(alert));
    await this.#sender.post({ url, body, isRepeatable: true, isTaken, errorWords: ERROR_WORDS });
  }
}

/** A webhook says `ok`; what speaks like Slack's methods says `{"ok":true}`, and `false` with the same status. */
function isTaken({ status, text }: HttpAnswer): boolean {
  return status === 200 && (text.trim() === "ok" || OK.safeParse(parseAnswer(text)).success);
}

type TextElement = { type: "text"; text: string; style?: { bold?: true } };
type Element = TextElement | { type: "emoji"; name: string };

/**
 * What comes from the entry is only in text elements of rich text, which Slack shows as they are: no
 * mention, link or style in a name has an effect.
 *
 * @see https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
 */
function toMessage(alert: Alert): object {
  const { severity, title, reason } = alert;
  const { facts, lists, commands } = alertParts(alert);
  return {
    // For notifications and clients without blocks.
    text: escapeMrkdwn([...`[${severity.toUpperCase()}] ${title}`].slice(0, FALLBACK_MAX).join("")),
    mrkdwn: false,
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      {
        type: "rich_text",
        elements: [
          section({ type: "emoji", name: SIGNS[severity] }, text(" "), bold(title)),
          section(text(reason)),
          ...facts.map(([name, fact]) => section(bold(`${name}: `), text(fact))),
          ...lists.flatMap(([heading, items]) => [
            section(bold(`${heading}:`)),
            {
              type: "rich_text_list",
              style: "bullet",
              elements: items.map((item) => section(text(item))),
            },
          ]),
          ...commands.flatMap(([heading, command]) => [
            section(bold(`${heading}:`)),
            { type: "rich_text_preformatted", elements: [text(command)] },
          ]),
          section(text(`Alert id: ${alert.id}`)),
        ],
      },
    ],
  };
}

function section(...elements: Element[]): object {
  return { type: "rich_text_section", elements };
}

/** Slack refuses an empty one. */
function text(text: string): TextElement {
  return { type: "text", text: text === "" ? "-" : text };
}

function bold(content: string): TextElement {
  return { ...text(content), style: { bold: true } };
}

/** @see https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
