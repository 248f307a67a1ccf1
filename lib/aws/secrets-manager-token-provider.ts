import {
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { TokenMissingError, type TokenProvider } from "../ports.ts";
import { parseStoredToken, type StoredToken } from "../stack/stored-token.ts";
import { SecretVersions } from "./secret-versions.ts";
import { type RotatingToken, TokenRefresh, type TokenRefreshParts } from "./token-refresh.ts";

/** A token is refreshed when it is good for less than this: half of Slack's 12 hours. */
const REFRESH_BEFORE_MS = 6 * 3_600_000;
/** One that was issued within the last hour is refused for another reason than its age. */
const REFUSED_BEFORE_MS = 11 * 3_600_000;
/** A run does not begin with a token that is about to expire. */
const USABLE_MS = 60_000;
/** While another refreshes, or failed to, the secret is read again after this. */
const READ_AGAIN_MS = 60_000;

interface KnownToken {
  token: string;
  /** Epoch milliseconds from which it may have been replaced. */
  readAgainAtMs: number;
}

/**
 * The token in a secret, in one of the forms that `parseStoredToken` reads. An empty token is not
 * set yet.
 */
export class SecretsManagerTokenProvider implements TokenProvider {
  readonly #secret: SecretVersions;
  readonly #parts: TokenRefreshParts | undefined;
  readonly #refresh: TokenRefresh | undefined;
  #known: Promise<KnownToken> | undefined;

  /** @param rotation - absent: a token that expires is used until it does */
  constructor(client: SecretsManagerClient, secretId: string, rotation?: TokenRefreshParts) {
    this.#secret = new SecretVersions(client, secretId);
    this.#parts = rotation;
    this.#refresh = rotation === undefined ? undefined : new TokenRefresh(this.#secret, rotation);
  }

  /**
   * @throws {TokenMissingError} when the secret holds no token, or something that cannot be one
   * @throws what a refresh failed with, when the old token is not good any more
   */
  async get(): Promise<string> {
    const asked = this.#known;
    const known = await (asked ?? this.#load());
    if (this.#parts === undefined || this.#parts.clock.nowMs() < known.readAgainAtMs) {
      return known.token;
    }
    // Of several callers, one reads.
    return (await (this.#known === asked ? this.#load() : (this.#known ?? this.#load()))).token;
  }

  async refresh(): Promise<string> {
    const refused = await this.#known?.catch(() => undefined);
    return (await this.#load(refused?.token)).token;
  }

  #load(refused?: string): Promise<KnownToken> {
    const known = this.#readToken(refused);
    this.#known = known;
    // After a failure, the next `get` asks again.
    known.catch(() => {
      if (this.#known === known) {
        this.#known = undefined;
      }
    });
    return known;
  }

  async #readToken(refused: string | undefined): Promise<KnownToken> {
    const current = await this.#readSecret();
    if (this.#refresh === undefined || this.#parts === undefined || !isRotating(current)) {
      return this.#toKnown(current);
    }
    const leftMs = current.rotation.expiresAtMs - this.#parts.clock.nowMs();
    const isRefused = current.token === refused;
    if (leftMs > (isRefused ? REFUSED_BEFORE_MS : REFRESH_BEFORE_MS)) {
      return this.#toKnown(current);
    }
    const canWait = !isRefused && leftMs > USABLE_MS;
    try {
      const next = await this.#refresh.run(current, canWait);
      return this.#toKnown(next ?? (await this.#readSecret()));
    } catch (error) {
      if (!canWait) throw error;
      this.#parts.onFailure(error);
      return this.#toKnown(current);
    }
  }

  #toKnown({ token, rotation }: StoredToken): KnownToken {
    if (rotation === undefined || this.#parts === undefined) {
      return { token, readAgainAtMs: Number.POSITIVE_INFINITY };
    }
    const soonMs = this.#parts.clock.nowMs() + READ_AGAIN_MS;
    return { token, readAgainAtMs: Math.max(rotation.expiresAtMs - REFRESH_BEFORE_MS, soonMs) };
  }

  async #readSecret(): Promise<StoredToken & { versionId: string }> {
    const { id } = this.#secret;
    const version = await this.#readVersion();
    const stored = parseStoredToken(version.text);
    if (stored?.token === "") {
      throw new TokenMissingError(
        `the secret ${id} holds no token yet: store one with "npx audit-lake token set"`,
      );
    }
    if (stored === undefined) {
      throw new TokenMissingError(
        `the secret ${id} holds what cannot be a token: it must be the token alone, {"token": "…"}, or what "npx audit-lake token authorize" stores`,
      );
    }
    return { ...stored, versionId: version.id };
  }

  async #readVersion() {
    try {
      return await this.#secret.current();
    } catch (error) {
      // Also the response for a secret that exists and never had a value.
      if (error instanceof ResourceNotFoundException) {
        throw new TokenMissingError(
          `the secret ${this.#secret.id} does not exist or has no value yet: store the token with "npx audit-lake token set"`,
          { cause: error },
        );
      }
      throw error;
    }
  }
}

function isRotating(token: StoredToken & { versionId: string }): token is RotatingToken {
  return token.rotation !== undefined;
}
