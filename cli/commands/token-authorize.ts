import { createHash, randomBytes } from "node:crypto";
import { type Command, Option } from "commander";
import { systemClock } from "../../lib/slack/clock.ts";
import { DEFAULT_BASE_URL } from "../../lib/slack/endpoint.ts";
import { type AppCredentials, type IssuedToken, OAuthClient } from "../../lib/slack/oauth.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { formatStoredToken, type StoredToken } from "../../lib/stack/stored-token.ts";
import { UsageError } from "../errors.ts";
import { readSecretLine } from "../options/secret-input.ts";
import { tokenSourceOption } from "../options/source.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { describeAcceptedToken } from "../output/accepted-token.ts";
import { formatTime } from "../output/format.ts";
import { renderStatusLines, type StatusLine } from "../output/status-lines.ts";
import { AuthorizationError, LoopbackRedirect, readRedirect } from "../run/loopback-redirect.ts";
import { tryToken } from "../run/try-token.ts";

const USER_SCOPE = "auditlogs:read";
const DEFAULT_REDIRECT_URL = "http://localhost:53682/callback";

/** For the owner to sign in and to allow the app. */
const TIMEOUT_MS = 10 * 60_000;

interface AuthorizeOptions {
  clientId: string;
  redirectUrl: URL;
  stack: string;
  source?: string;
  print?: true;
  apiBase?: string;
}

export function defineTokenAuthorizeCommand(command: Command): void {
  command
    .summary("let an Org Owner install the app, and store its token")
    .description(
      [
        "Install a Slack app on the organization in a browser, try the token with one small call, and store it in the secret of the source. The token goes from Slack to the secret; it is in no file, and it is shown only with --print.",
        "Slack sends the browser to a redirect URL of the app, which must be https; only an app with PKCE may have http://localhost. With http://localhost, the command listens there and needs no client secret. With https, it asks for the client secret, and then for the address that the browser was sent to.",
        "An app that rotates its tokens needs tokenRotation in the configuration of the source.",
      ].join("\n\n"),
    )
    .requiredOption("--client-id <id>", "of the app: Basic Information in its settings")
    .addOption(
      new Option("--redirect-url <url>", "one of the app's redirect URLs")
        .argParser(parseRedirectUrl)
        .default(new URL(DEFAULT_REDIRECT_URL), DEFAULT_REDIRECT_URL),
    )
    .addOption(stackOption("the deployed stack").default(DEFAULT_STACK_NAME))
    .addOption(tokenSourceOption())
    .option("--print", "print the token instead of storing it; needs no stack")
    .option("--api-base <url>", "with --print: Audit Logs API to use instead of Slack's")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake token authorize --client-id 1234.5678
  audit-lake token authorize --client-id 1234.5678 --redirect-url https://localhost/callback
${STACK_HELP}`,
    )
    .action(authorize);
}

async function authorize(options: AuthorizeOptions): Promise<void> {
  const target = await findTarget(options);
  const oauth = new OAuthClient(target.slackApi);
  const { issued, app } = await install(oauth, options);
  checkInstallation(issued);
  const newest = await tryToken(issued.token, target.slackApi);
  const stored = toStoredToken(issued, app, systemClock.nowMs());
  const place = await target.store(stored);
  const { rotation } = stored;
  console.error(
    renderStatusLines([
      ["Slack", describeAcceptedToken(newest)],
      place,
      [
        "expires",
        rotation === undefined
          ? "never"
          : `${formatTime(rotation.expiresAtMs / 1000)}, unless the functions refresh it: "tokenRotation: true" for the source, deployed`,
      ],
    ]),
  );
}

/** Where the token is tried, and where it goes. */
interface Target {
  slackApi: string;
  store(token: StoredToken): Promise<StatusLine>;
}

async function findTarget({ stack, source, print, apiBase }: AuthorizeOptions): Promise<Target> {
  return print ? printer(apiBase ?? DEFAULT_BASE_URL) : secretOf(stack, source);
}

function printer(slackApi: string): Target {
  return {
    slackApi,
    store: async (token) => {
      console.log(token.rotation === undefined ? token.token : formatStoredToken(token));
      return ["printed", "and stored nowhere"];
    },
  };
}

async function secretOf(stack: string, sourceName: string | undefined): Promise<Target> {
  const { Deployment } = await import("../stack/deployment.ts");
  const deployment = await Deployment.find(stack);
  const source = deployment.source(sourceName);
  const { name, region } = deployment.stack;
  return {
    slackApi: source.slackApi,
    store: async (token) => {
      await deployment.tokenSecret(source).store(token);
      return ["stored", `in the secret of ${source.name} (${name}, ${region})`];
    },
  };
}

async function install(
  oauth: OAuthClient,
  { clientId, redirectUrl }: AuthorizeOptions,
): Promise<{ issued: IssuedToken; app: AppCredentials }> {
  const state = randomBytes(24).toString("base64url");
  const url = redirectUrl.href;
  if (redirectUrl.protocol === "https:") {
    if (!process.stdin.isTTY) {
      throw new UsageError(
        "with an https redirect URL this asks for the client secret and an address, and there is no terminal",
      );
    }
    const clientSecret = await readSecretLine("Client secret of the app:");
    askOwner(oauth.authorizeUrl(clientId, USER_SCOPE, url, state));
    console.error("Then copy the address that the browser was sent to, even if it shows no page.");
    const code = parseAddress(await readSecretLine("Address:"), state);
    const app = { clientId, clientSecret };
    return { issued: await oauth.exchangeCode(app, { code, redirectUrl: url }), app };
  }
  const verifier = randomBytes(48).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const redirect = await LoopbackRedirect.listen(redirectUrl, state);
  try {
    askOwner(oauth.authorizeUrl(clientId, USER_SCOPE, url, state, challenge));
    const code = await redirect.code(TIMEOUT_MS, systemClock);
    const app = { clientId };
    return { issued: await oauth.exchangeCode(app, { code, redirectUrl: url, verifier }), app };
  } finally {
    await redirect.close();
  }
}

function askOwner(url: string): void {
  console.error(
    `Open this address in a browser as an Org Owner. Choose the organization, not a workspace, and allow the app:\n\n${url}\n`,
  );
}

/** @throws {AuthorizationError} when the token could not read audit logs of the organization */
function checkInstallation({ scopes, isOrganization, place = "a workspace" }: IssuedToken): void {
  if (!isOrganization) {
    throw new AuthorizationError(
      `the app was installed on ${place}, which is a workspace: nothing is stored; run this again and choose the organization in the menu at the top of Slack's page. The app must be ready for the organization (Org Level Apps in its settings)`,
    );
  }
  if (!scopes.includes(USER_SCOPE)) {
    throw new AuthorizationError(
      `the token lacks the scope ${USER_SCOPE}: nothing is stored; add it to the app's User Token Scopes, and run this again`,
    );
  }
}

function toStoredToken(
  { token, refresh }: IssuedToken,
  app: AppCredentials,
  nowMs: number,
): StoredToken {
  if (refresh === undefined) return { token };
  const { refreshToken, expiresInSeconds } = refresh;
  const expiresAtMs = nowMs + expiresInSeconds * 1000;
  return { token, rotation: { ...app, refreshToken, expiresAtMs } };
}

function parseRedirectUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url?.protocol === "http:" && ["localhost", "127.0.0.1"].includes(url.hostname);
  if (url === undefined || !(url.protocol === "https:" || isLoopback) || url.search || url.hash) {
    throw new UsageError(
      "the redirect URL must be http://localhost:PORT/PATH or https://…, as it is in the app's settings",
    );
  }
  return url;
}

function parseAddress(text: string, state: string): string {
  const code = URL.canParse(text) ? readRedirect(new URL(text), state) : undefined;
  if (code === undefined) {
    throw new UsageError(
      "this is not the address that Slack sent the browser to: it has a code and the state of this command; run it again",
    );
  }
  return code;
}
