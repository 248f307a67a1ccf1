import { type Command, Option } from "commander";
import { AuditLogsClient } from "../../lib/slack/client.ts";
import { SlackApiError, SlackAuditError, SlackDeadlineError } from "../../lib/slack/errors.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { UsageError } from "../errors.ts";
import { readSecretLine } from "../options/secret-input.ts";
import { checkToken } from "../options/slack-token.ts";
import { parseSource } from "../options/source.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { formatSeconds, formatTime } from "../output/format.ts";
import { renderStatusLines } from "../output/table.ts";

/** For the one call that tries the token, retries included. */
const CHECK_MS = 60_000;

interface TokenSetOptions {
  stack: string;
  source?: string;
  check: boolean;
}

/** Slack rejected the token, or could not be reached. */
class TokenCheckError extends Error {
  override readonly name = "TokenCheckError";
  readonly code = "token_not_stored";
}

export function defineTokenCommand(command: Command): void {
  command
    .description("Manage the Slack token of a deployed source.")
    .command("set")
    .summary("store a token")
    .description(
      [
        "Read a token from standard input, try it with one small call to Slack, and store it in the secret of the source. The token is never shown, and never read from an argument, which other users of the machine could see.",
        "It must be a user token (xoxp-…) with the scope auditlogs:read, from an app that an Org Owner has installed on the organization.",
      ].join("\n\n"),
    )
    .allowExcessArguments() // refused below, since Commander would print them
    .addOption(stackOption("the deployed stack").default(DEFAULT_STACK_NAME))
    .addOption(
      new Option(
        "--source <name>",
        "organization that the token is for; needed if the stack has several",
      ).argParser(parseSource),
    )
    .option("--no-check", "store it untried, for a machine that cannot reach Slack")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake token set
  audit-lake token set --stack SlackAuditLake --source acme
  op read op://security/slack-audit/token | audit-lake token set
${STACK_HELP}`,
    )
    .action(setToken);
}

async function setToken(
  { stack, source: name, check }: TokenSetOptions,
  { args }: Command,
): Promise<void> {
  if (args.length > 0) {
    throw new UsageError(
      "a token cannot be given as an argument: type it when asked, or pipe it in; if this was a token, replace it, since it is in your shell history now",
    );
  }
  const { Deployment } = await import("../stack/deployment.ts");
  const deployment = await Deployment.find(stack);
  const source = deployment.source(name);
  const token = await readSecretLine(`Slack token of ${source.name}:`);
  checkToken(token);
  const seen = check ? await tryToken(token, source.slackApi) : "not asked (--no-check)";
  await deployment.tokenSecret(source).store(token);
  const { intervalSeconds } = source;
  console.log(
    renderStatusLines([
      ["source", `${source.name} (${deployment.stack.name}, ${deployment.stack.region})`],
      ["Slack", seen],
      ["stored", "as the current version of the secret"],
      [
        "next",
        intervalSeconds === undefined
          ? "no runs: the source is not enabled in the configuration"
          : `a run starts within ${formatSeconds(intervalSeconds)}; "audit-lake status --stack ${deployment.stack.name}" shows how far it is`,
      ],
    ]),
  );
}

/**
 * @returns what Slack answered
 * @throws {TokenCheckError} when Slack rejects it, or gives no usable answer
 */
async function tryToken(token: string, baseUrl: string): Promise<string> {
  try {
    const slack = new AuditLogsClient({ token, baseUrl });
    const { typedBody } = await slack.logs({ limit: 1 }, { deadlineMs: Date.now() + CHECK_MS });
    const [newest] = typedBody.entries;
    return newest === undefined
      ? "accepts it; there are no entries yet"
      : `accepts it; the newest entry is from ${describeEntry(newest)}`;
  } catch (error) {
    if (!(error instanceof SlackAuditError)) throw error;
    // No time for another attempt: what counts is why the last one failed.
    const { message } =
      error instanceof SlackDeadlineError && error.cause instanceof Error ? error.cause : error;
    const isRefused = error instanceof SlackApiError && (error.tokenRefused || !error.retryable);
    throw new TokenCheckError(
      `the token was not stored: ${message}${isRefused ? "" : "; use --no-check to store it untried"}`,
      { cause: error },
    );
  }
}

/** Names the organization: a token of another one would be accepted just the same. */
function describeEntry({ date_create, context }: AuditLogEntry): string {
  const place = context?.location?.name ?? context?.location?.domain;
  const time = typeof date_create === "number" ? formatTime(date_create) : "an unknown time";
  return place === undefined ? time : `${time}, in ${place}`;
}
