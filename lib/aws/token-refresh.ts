import { randomUUID } from "node:crypto";
import { type Clock, type TokenExchange, TokenRefreshError } from "../ports.ts";
import {
  formatStoredToken,
  parseFields,
  parseStoredToken,
  type StoredToken,
} from "../stack/stored-token.ts";
import type { SecretVersions } from "./secret-versions.ts";

/** A token that rotates, in a version of the secret. */
export interface RotatingToken extends StoredToken {
  rotation: NonNullable<StoredToken["rotation"]>;
  versionId: string;
}

export interface TokenRefreshParts {
  exchange: TokenExchange;
  clock: Clock;
  /** Told of a refresh that failed while the old token is still good. */
  onFailure: (error: unknown) => void;
}

/** What is pending while somebody refreshes: the right to do so, until a time. */
interface RefreshClaim {
  refreshOf: string;
  attempt: number;
  untilMs: number;
}

/** A pair that was stored and is not current yet. */
interface PendingPair {
  refreshOf: string;
  versionId: string;
  stored: StoredToken;
}

/**
 * How long an attempt may take. The first ones follow each other soon, while Slack still accepts a
 * refresh token whose answer was lost; then each pause is twice as long.
 */
const CLAIM_MS = 60_000;
const SOON_ATTEMPTS = 5;
const CLAIM_MS_MAX = 3_600_000;
/** Of the claim, left for storing what Slack issued: the SDK's attempts take up to 26 s. */
const STORING_MS = 30_000;
/** Between two looks at what another is doing. */
const POLL_MS = 2_000;
/** Attempts after which the trouble is not just a function that was killed. */
const TROUBLE_ATTEMPTS = 3;

/**
 * Replaces a token by the one that follows, once, however many functions want to.
 *
 * 1. Claim: a pending version whose id is made from the current version and the number of the
 *    attempt. The first caller gets it; the claim of one that died ends by itself.
 * 2. Exchange the refresh token at Slack.
 * 3. Store the new pair as the pending version.
 * 4. Make it current, if what it follows still is.
 *
 * Whoever comes after a crash goes on from what is pending. Between 2 and 3 the new pair is in
 * memory only: after a crash there, the next attempt uses the old refresh token again, which Slack
 * accepts for a short time.
 *
 * @see docs/adr/0021-token-rotation.md
 */
export class TokenRefresh {
  readonly #secret: SecretVersions;
  readonly #parts: TokenRefreshParts;

  constructor(secret: SecretVersions, parts: TokenRefreshParts) {
    this.#secret = secret;
    this.#parts = parts;
  }

  /**
   * @param old - the current token
   * @param canWait - whether the old one is good for now
   * @returns the token that follows; undefined when another is at it and `canWait`, or when it is
   * in the secret by now
   * @throws what the exchange or the secret threw
   * @throws {TokenRefreshError} when attempts failed and the next one is too far away
   */
  async run(old: RotatingToken, canWait: boolean): Promise<StoredToken | undefined> {
    const { clock } = this.#parts;
    for (let seen: RefreshClaim | undefined; ; ) {
      const pending = await this.#pending(old.versionId);
      if (pending !== undefined && "stored" in pending) {
        return this.#promote(pending);
      }
      // A read may be older than what was seen before.
      if (pending !== undefined && pending.attempt >= (seen?.attempt ?? 0)) seen = pending;
      const leftMs = (seen?.untilMs ?? 0) - clock.nowMs();
      if (leftMs <= 0) {
        const attempt = (seen?.attempt ?? 0) + 1;
        const claim = toClaim(old.versionId, attempt, clock.nowMs());
        if (await this.#claim(claim)) return this.#refresh(old, claim.untilMs);
        // Another was faster. Its claim began no later than this moment.
        seen = claim;
      }
      if (await this.#isReplaced(old)) return undefined;
      this.#checkWait(seen, canWait);
      if (canWait) return undefined;
      await clock.sleep(POLL_MS);
    }
  }

  async #refresh({ token: _, rotation, versionId }: RotatingToken, untilMs: number) {
    const { clientId, clientSecret, refreshToken } = rotation;
    const app = { clientId, ...(clientSecret === undefined ? {} : { clientSecret }) };
    const startedAtMs = this.#parts.clock.nowMs();
    const { token, refresh } = await this.#parts.exchange.refresh(app, refreshToken, {
      deadlineMs: untilMs - STORING_MS,
    });
    const stored: StoredToken = {
      token,
      rotation:
        refresh === undefined
          ? undefined
          : {
              ...app,
              refreshToken: refresh.refreshToken,
              expiresAtMs: startedAtMs + refresh.expiresInSeconds * 1000,
            },
    };
    const pairId = await this.#secret.putPending(
      JSON.stringify({ ...JSON.parse(formatStoredToken(stored)), refreshOf: versionId }),
    );
    return this.#promote({ refreshOf: versionId, versionId: pairId, stored });
  }

  /** @returns undefined when somebody has set another token meanwhile, or promoted this one */
  async #promote({ refreshOf, versionId, stored }: PendingPair): Promise<StoredToken | undefined> {
    return (await this.#secret.promote(versionId, refreshOf)) ? stored : undefined;
  }

  #claim(claim: RefreshClaim): Promise<boolean> {
    return this.#secret.claimPending(
      `${claim.refreshOf}/${claim.attempt}`,
      JSON.stringify({ ...claim, owner: randomUUID() }),
    );
  }

  async #isReplaced({ versionId }: RotatingToken): Promise<boolean> {
    return (await this.#secret.current()).id !== versionId;
  }

  /** What is pending for a version; what followed one before it is not. */
  async #pending(versionId: string): Promise<RefreshClaim | PendingPair | undefined> {
    const version = await this.#secret.pending();
    const fields = version === undefined ? undefined : parseFields(version.text);
    if (version === undefined || fields?.refreshOf !== versionId) return undefined;
    const { attempt, untilMs } = fields;
    if (typeof attempt === "number" && typeof untilMs === "number") {
      return { refreshOf: versionId, attempt, untilMs };
    }
    const stored = parseStoredToken(version.text);
    return stored === undefined || stored.token === ""
      ? undefined
      : { refreshOf: versionId, versionId: version.id, stored };
  }

  #checkWait(claim: RefreshClaim | undefined, canWait: boolean): void {
    if (claim === undefined) return;
    const leftMs = claim.untilMs - this.#parts.clock.nowMs();
    if (canWait ? claim.attempt < TROUBLE_ATTEMPTS : leftMs <= CLAIM_MS) return;
    throw new TokenRefreshError(
      `the Slack token could not be refreshed in ${claim.attempt} attempts, the next one is at ${new Date(claim.untilMs).toISOString()}: the log has the reason; authorize the app again with "npx audit-lake token authorize"`,
    );
  }
}

function toClaim(refreshOf: string, attempt: number, nowMs: number): RefreshClaim {
  const doublings = Math.max(0, attempt - SOON_ATTEMPTS);
  const lastsMs = Math.min(CLAIM_MS * 2 ** doublings, CLAIM_MS_MAX);
  return { refreshOf, attempt, untilMs: nowMs + lastsMs };
}
