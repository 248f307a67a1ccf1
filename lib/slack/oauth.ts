import { AuditLogsClient, type AuditLogsClientOptions, type CallOptions } from "./client.ts";
import { SlackBodyError } from "./errors.ts";
import {
  ConnectionErrorRetryHandler,
  RateLimitErrorRetryHandler,
  ServerErrorRetryHandler,
} from "./retry.ts";

/** What an app proves itself with. */
export interface AppCredentials {
  clientId: string;
  /** Absent for a public client: an app with PKCE whose user was sent back to `localhost`. */
  clientSecret?: string | undefined;
}

/** What Slack issues for an installation, or in exchange for a refresh token. */
export interface IssuedToken {
  token: string;
  /** Absent when the app does not rotate its tokens. */
  refresh?: { refreshToken: string; expiresInSeconds: number } | undefined;
  /** As Slack lists them. */
  scopes: string[];
  /** Whether the app is installed on the organization, not on a workspace. */
  isOrganization: boolean;
  /** Name of the organization or workspace. */
  place: string | undefined;
}

/** The code that Slack sent the user's browser back with. */
export interface AuthorizationCode {
  code: string;
  redirectUrl: string;
  /** With PKCE: what the challenge was made from. */
  verifier?: string | undefined;
}

/** The Audit Logs API's host, and the one of all other methods. */
const OAUTH_HOSTS: Readonly<Record<string, string>> = {
  "api.slack.com": "slack.com",
  "api.slack-gov.com": "slack-gov.com",
};
const METHOD = "oauth.v2.access";

/** One attempt; Slack answers within a second. */
const TIMEOUT_MS = 10_000;

/**
 * Slack's OAuth, as far as an app with a user token needs it.
 *
 * A refresh may be repeated after a lost answer: Slack revokes a refresh token only a short time
 * after its first use, and an access token not at all, as long as no more than two are active.
 *
 * @see https://docs.slack.dev/authentication/using-token-rotation
 */
export class OAuthClient {
  readonly #client: AuditLogsClient;
  readonly #authorizeUrl: URL;

  /** @param auditBaseUrl - of the Audit Logs API; a host that is not Slack's serves OAuth as well */
  constructor(
    auditBaseUrl: string,
    options: Pick<
      AuditLogsClientOptions,
      "clock" | "random" | "fetch" | "dispatcher" | "logger"
    > = {},
  ) {
    const { protocol, host } = new URL(auditBaseUrl);
    const origin = `${protocol}//${OAUTH_HOSTS[host] ?? host}`;
    this.#authorizeUrl = new URL("/oauth/v2/authorize", origin);
    this.#client = new AuditLogsClient({
      ...options,
      baseUrl: `${origin}/api/`,
      timeoutMs: TIMEOUT_MS,
      retryHandlers: [
        new ConnectionErrorRetryHandler({ maxRetryCount: 2 }),
        new ServerErrorRetryHandler({ maxRetryCount: 2 }),
        new RateLimitErrorRetryHandler({ maxRetryCount: 2 }),
      ],
    });
  }

  /**
   * Where the user's browser begins.
   *
   * @param challenge - with PKCE: the base64url SHA-256 of the verifier
   */
  authorizeUrl(
    clientId: string,
    userScope: string,
    redirectUrl: string,
    state: string,
    challenge?: string,
  ): string {
    const url = new URL(this.#authorizeUrl);
    url.search = new URLSearchParams({
      client_id: clientId,
      user_scope: userScope,
      redirect_uri: redirectUrl,
      state,
      ...(challenge === undefined
        ? {}
        : { code_challenge: challenge, code_challenge_method: "S256" }),
    }).toString();
    return url.href;
  }

  /** @throws {SlackAuditError} when Slack refuses it, or gives no usable answer */
  exchangeCode(
    app: AppCredentials,
    { code, redirectUrl, verifier }: AuthorizationCode,
    options: CallOptions = {},
  ): Promise<IssuedToken> {
    const form = {
      code,
      redirect_uri: redirectUrl,
      ...(verifier === undefined ? {} : { code_verifier: verifier }),
    };
    return this.#access(app, form, options);
  }

  /** @throws {SlackAuditError} when Slack refuses it, or gives no usable answer */
  refresh(
    app: AppCredentials,
    refreshToken: string,
    options: CallOptions = {},
  ): Promise<IssuedToken> {
    const form = { grant_type: "refresh_token", refresh_token: refreshToken };
    return this.#access(app, form, options);
  }

  async #access(
    { clientId, clientSecret }: AppCredentials,
    form: Record<string, string>,
    options: CallOptions,
  ): Promise<IssuedToken> {
    const { typedBody } = await this.#client.apiCall(
      {
        method: "POST",
        path: METHOD,
        form: {
          client_id: clientId,
          ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
          ...form,
        },
      },
      options,
    );
    return toIssuedToken(typedBody);
  }
}

/** An installation has the user's token under `authed_user`, a refresh at the top. */
function toIssuedToken(body: Record<string, unknown>): IssuedToken {
  const issued =
    isObject(body.authed_user) && body.authed_user.access_token ? body.authed_user : body;
  const { access_token, refresh_token, expires_in, token_type, scope } = issued;
  if (typeof access_token !== "string" || access_token === "" || token_type === "bot") {
    throw new SlackBodyError("wrong_shape", "expected the access token of a user");
  }
  if (typeof refresh_token === "string" && !isPositive(expires_in)) {
    throw new SlackBodyError("wrong_shape", "expected expires_in beside the refresh token");
  }
  const place = body.is_enterprise_install === true ? body.enterprise : body.team;
  return {
    token: access_token,
    refresh:
      typeof refresh_token === "string"
        ? { refreshToken: refresh_token, expiresInSeconds: expires_in as number }
        : undefined,
    scopes: typeof scope === "string" ? scope.split(/[\s,]+/).filter(Boolean) : [],
    isOrganization: body.is_enterprise_install === true,
    place: isObject(place) && typeof place.name === "string" ? place.name : undefined,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isPositive(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}
