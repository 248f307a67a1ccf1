import { type Command, Option } from "commander";
import { SlackApiError, SlackAuditError } from "../../lib/slack/errors.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { UsageError } from "../errors.ts";
import { parseSource } from "../options/archive.ts";
import { readSecretLine } from "../options/secret-input.ts";
import { checkToken } from "../options/slack-token.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { formatSeconds, formatTime } from "../output/format.ts";
import { renderStatusLines } from "../output/table.ts";

/** For the one call that tries the token, with its retries. */
const CHECK_MS = 60_000;

interface TokenSetOptions {
  stack: string;
  source?: string;
  check: boolean;
}

/** Slack did not take the token, or could not be asked. */
class TokenCheckError extends Error {
  override readonly name = "TokenCheckError";
  readonly code = "token_not_stored";
}

export function addTokenCommand(program: Command): void {
  program
    .command("token")
    .summary("give a deployed source its Slack token")
    .description("Manage the Slack token of a deployed source.")
    .command("set")
    .summary("store a token")
    .description(
      [
        "Read a token from standard input, try it with one small call to Slack, and store it in the secret of the source. It is never shown, and never taken from an argument, which other users of the machine could see.",
        "It must be a user token (xoxp-…) with the scope auditlogs:read, of an app that an Org Owner has installed on the organization.",
      ].join("\n\n"),
    )
    .allowExcessArguments() // refused below: Commander would show them
    .addOption(stackOption())
    .addOption(
      new Option(
        "--source <name>",
        "which of the stack's organizations it is for; needed if there are several",
      ).argParser(parseSource),
    )
    .option("--no-check", "store it without asking Slack, which this machine may not reach")
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
      "a token is not taken from an argument: type it when asked, or pipe it in; if that was one, replace it, since it is in the shell's history now",
    );
  }
  const { Deployment } = await import("../stack/deployment.ts");
  const deployment = await Deployment.find(stack);
  const source = deployment.source(name);
  const token = await readSecretLine(
    process.stdin,
    process.stderr,
    `Slack token of ${source.name} (it is not shown): `,
  );
  checkToken(token);
  const seen = check ? await tryToken(token, source.slackApi) : "not asked, as --no-check says";
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
          ? "no run: the source is not enabled in the configuration"
          : `a run starts within ${formatSeconds(intervalSeconds)}; "audit-lake status --stack ${deployment.stack.name}" shows how far it is`,
      ],
    ]),
  );
}

/**
 * @returns what Slack showed
 * @throws {TokenCheckError} when Slack refuses it, or gives no usable answer
 */
async function tryToken(token: string, baseUrl: string): Promise<string> {
  try {
    // It takes long to load, and other commands do without.
    const { AuditLogsClient } = await import("../../lib/slack/client.ts");
    const slack = new AuditLogsClient({ token, baseUrl });
    const { typedBody } = await slack.logs({ limit: 1 }, { deadlineMs: Date.now() + CHECK_MS });
    const [newest] = typedBody.entries;
    return newest === undefined
      ? "accepts it, and lists no entry"
      : `accepts it; the newest entry is from ${describeEntry(newest)}`;
  } catch (error) {
    if (!(error instanceof SlackAuditError)) throw error;
    const isRefused = error instanceof SlackApiError && !error.retryable;
    throw new TokenCheckError(
      `the token is not stored: ${error.message}${isRefused ? "" : "; --no-check stores it untried"}`,
      { cause: error },
    );
  }
}

/** Its place tells the organization: a token of another one would be taken as gladly. */
function describeEntry({ date_create, context }: AuditLogEntry): string {
  const place = context?.location?.name ?? context?.location?.domain;
  const time = typeof date_create === "number" ? formatTime(date_create) : "an unknown time";
  return place === undefined ? time : `${time}, in ${place}`;
}
