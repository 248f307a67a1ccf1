import type { Command } from "commander";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { UsageError } from "../errors.ts";
import { readSecretLine } from "../options/secret-input.ts";
import { checkToken } from "../options/slack-token.ts";
import { tokenSourceOption } from "../options/source.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { describeAcceptedToken } from "../output/accepted-token.ts";
import { formatSeconds } from "../output/format.ts";
import { renderStatusLines } from "../output/status-lines.ts";
import { TokenCheckError, tryToken } from "../run/try-token.ts";
import { defineTokenAuthorizeCommand } from "./token-authorize.ts";

interface TokenSetOptions {
  stack: string;
  source?: string;
  check: boolean;
}

/** Slack rejected the token, or could not be reached. */
class TokenNotStoredError extends Error {
  override readonly name = "TokenNotStoredError";
  readonly code = "token_not_stored";
}

export function defineTokenCommand(command: Command): void {
  command.description("Manage the Slack token of a deployed source.");
  defineTokenAuthorizeCommand(command.command("authorize"));
  command
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
    .addOption(tokenSourceOption())
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
  const seen = check ? await trySlack(token, source.slackApi) : "not asked (--no-check)";
  await deployment.tokenSecret(source).store({ token });
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

/** @throws {TokenNotStoredError} */
async function trySlack(token: string, baseUrl: string): Promise<string> {
  try {
    return describeAcceptedToken(await tryToken(token, baseUrl));
  } catch (error) {
    if (!(error instanceof TokenCheckError)) throw error;
    const next = error.isRefused ? "" : "; use --no-check to store it untried";
    throw new TokenNotStoredError(`the token was not stored: ${error.message}${next}`, {
      cause: error,
    });
  }
}
