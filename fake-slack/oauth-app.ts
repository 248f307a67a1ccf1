import { createHash } from "node:crypto";
import { type Answer, apiError } from "./answer.ts";
import type { FakeCall } from "./call.ts";
import { toWireJson } from "./wire-json.ts";

/** Of Slack's: 12 hours. */
const LIFETIME_MS = 43_200_000;
/** Active access tokens of an installation; the oldest is revoked when there are more. */
const ACTIVE_MAX = 2;

export interface OAuthAppOptions {
  clientId: string;
  /** Absent: a public client, which proves itself with PKCE. */
  clientSecret?: string;
  /** Whether its tokens expire. @default true */
  rotates?: boolean;
  /** How long a refresh token is accepted after its first use. @default 300_000 */
  graceMs?: number;
  /** Whether it is installed on the organization. @default true */
  isOrganization?: boolean;
}

/** An app of the made-up organization: `oauth.v2.access`, and the page on which an owner allows it. */
export class OAuthApp {
  readonly #options: OAuthAppOptions;
  /** Active access tokens, oldest first, and when they expire. */
  readonly #active = new Map<string, number>();
  readonly #expired = new Set<string>();
  /** When a refresh token was first used; undefined: never. */
  readonly #refreshTokens = new Map<string, number | undefined>();
  readonly #codes = new Map<string, { redirectUrl: string; challenge: string | undefined }>();
  #issued = 0;
  /** Successful exchanges of a refresh token. */
  refreshes = 0;

  constructor(options: OAuthAppOptions) {
    this.#options = options;
  }

  judge(token: string, nowMs: number): "right" | "wrong" | "expired" {
    for (const [active, expiresAtMs] of this.#active) {
      if (expiresAtMs > nowMs) continue;
      this.#active.delete(active);
      this.#expired.add(active);
    }
    if (this.#active.has(token)) return "right";
    return this.#expired.has(token) ? "expired" : "wrong";
  }

  /** @returns undefined for what is not OAuth's */
  answer({ method, path, params }: FakeCall, form: URLSearchParams, nowMs: number) {
    if (method === "POST" && path === "/api/oauth.v2.access") return this.#access(form, nowMs);
    if (path !== "/oauth/v2/authorize") return undefined;
    return { status: 302, body: Buffer.alloc(0), headers: { location: this.#authorize(params) } };
  }

  /** The tokens of an installation. */
  install(nowMs: number): { token: string; refreshToken: string; expiresAtMs: number } {
    const { access_token: token, refresh_token: refreshToken } = this.#issue(nowMs);
    return { token, refreshToken, expiresAtMs: nowMs + LIFETIME_MS };
  }

  /** The owner allows the app: where the browser is sent. */
  #authorize(params: Readonly<Record<string, string>>): string {
    const { redirect_uri: redirectUrl = "", state = "", code_challenge: challenge } = params;
    const code = `code-${this.#codes.size + 1}`;
    this.#codes.set(code, { redirectUrl, challenge });
    return `${redirectUrl}?${new URLSearchParams({ code, state })}`;
  }

  #access(form: URLSearchParams, nowMs: number): Answer {
    const { clientId, clientSecret, isOrganization = true } = this.#options;
    if (form.get("client_id") !== clientId) return refused("invalid_client_id");
    if ((form.get("client_secret") ?? undefined) !== clientSecret) {
      return refused("bad_client_secret");
    }
    const about = {
      ok: true,
      app_id: "A0AUDIT",
      is_enterprise_install: isOrganization,
      enterprise: { id: "E1", name: "Acme" },
      team: isOrganization ? null : { id: "T1", name: "Acme Sales" },
    };
    if (form.get("grant_type") === "refresh_token") {
      const problem = this.#use(form.get("refresh_token") ?? "", nowMs);
      return problem === undefined
        ? answered({ ...about, ...this.#shown(nowMs) })
        : refused(problem);
    }
    const code = form.get("code") ?? "";
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    if (asked === undefined) return refused("invalid_code");
    if (asked.redirectUrl !== form.get("redirect_uri")) return refused("bad_redirect_uri");
    if (asked.challenge !== challengeOf(form.get("code_verifier"))) return refused("invalid_code");
    return answered({ ...about, authed_user: { id: "W1", ...this.#shown(nowMs) } });
  }

  /** What Slack tells of an issued token. */
  #shown(nowMs: number): object {
    const { refresh_token, expires_in, ...issued } = this.#issue(nowMs);
    return (this.#options.rotates ?? true) ? { ...issued, refresh_token, expires_in } : issued;
  }

  #use(refreshToken: string, nowMs: number): string | undefined {
    if (!this.#refreshTokens.has(refreshToken)) return "invalid_refresh_token";
    const usedAtMs = this.#refreshTokens.get(refreshToken) ?? nowMs;
    this.#refreshTokens.set(refreshToken, usedAtMs);
    if (nowMs - usedAtMs > (this.#options.graceMs ?? 300_000)) return "invalid_refresh_token";
    this.refreshes += 1;
    return undefined;
  }

  #issue(nowMs: number) {
    this.#issued += 1;
    const rotates = this.#options.rotates ?? true;
    const access_token = `${rotates ? "xoxe." : ""}xoxp-fake-${this.#issued}`;
    this.#active.set(access_token, rotates ? nowMs + LIFETIME_MS : Number.POSITIVE_INFINITY);
    for (const [oldest] of [...this.#active].slice(0, -ACTIVE_MAX)) this.#active.delete(oldest);
    const refresh_token = `xoxe-1-fake-${this.#issued}`;
    this.#refreshTokens.set(refresh_token, undefined);
    return {
      ...{ access_token, token_type: "user", scope: "auditlogs:read", refresh_token },
      expires_in: LIFETIME_MS / 1000,
    };
  }
}

function challengeOf(verifier: string | null): string | undefined {
  return verifier === null ? undefined : createHash("sha256").update(verifier).digest("base64url");
}

function answered(body: object): Answer {
  return { status: 200, body: Buffer.from(toWireJson(body)) };
}

/** Slack's Web API refuses with status 200. */
function refused(code: string): Answer {
  return apiError(code, 200);
}
