import { UsageError } from "../errors.ts";

const OTHER_KINDS: readonly [prefix: string, problem: string][] = [
  ["xoxb-", "a bot token, which cannot read audit logs"],
  ["xapp-", "an app-level token, which cannot read audit logs"],
  [
    "xoxe.",
    "a token that expires within hours, from an app with token rotation, which Slack does not allow to be turned off: store it with what refreshes it (token authorize), or create a new app without it, and install that on the organization",
  ],
  ["xoxe-", "a refresh token, which cannot read audit logs"],
];

/**
 * Refuse what cannot be a token for audit logs. The messages do not show it.
 *
 * @see https://docs.slack.dev/authentication/tokens
 */
export function checkToken(text: string): void {
  const [, problem] = OTHER_KINDS.find(([prefix]) => text.startsWith(prefix)) ?? [];
  if (problem !== undefined) {
    throw new UsageError(`this is ${problem}; use the user token (xoxp-…) of an Org Owner`);
  }
  if (!/^xoxp-[\w-]{10,}$/.test(text)) {
    throw new UsageError(
      "this is not a token: a user token is xoxp- followed by letters, digits and hyphens, without quotes",
    );
  }
}
