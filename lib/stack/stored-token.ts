/** A token as the secret of a source holds it. */
export interface StoredToken {
  token: string;
  /** Of an app that rotates its tokens. */
  rotation?: TokenRotation | undefined;
}

/** What it takes to get the token that follows. */
interface TokenRotation {
  refreshToken: string;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string | undefined;
  /** Epoch milliseconds at which Slack ceases to accept the token. */
  expiresAtMs: number;
}

/** The text of a secret, as `parseStoredToken` reads it. */
export function formatStoredToken({ token, rotation }: StoredToken): string {
  if (rotation === undefined) return JSON.stringify({ token });
  const { refreshToken, clientId, clientSecret, expiresAtMs } = rotation;
  const expiresAt = new Date(expiresAtMs).toISOString();
  return JSON.stringify({ token, refreshToken, clientId, clientSecret, expiresAt });
}

/**
 * The token alone, `{"token": "…"}`, or that with `refreshToken`, `clientId`, `clientSecret` and
 * `expiresAt` (ISO 8601).
 *
 * @returns nothing when the text is something else; an empty token is not set yet
 */
export function parseStoredToken(text: string): StoredToken | undefined {
  const trimmed = text.trim();
  const fields = trimmed.startsWith("{") ? parseFields(trimmed) : { token: trimmed };
  if (fields === undefined || typeof fields.token !== "string") return undefined;
  const token = fields.token.trim();
  if (token !== "" && !/^[\x21-\x7e]+$/.test(token)) return undefined;
  if (fields.refreshToken === undefined) return { token };
  const { refreshToken, clientId, clientSecret, expiresAt } = fields;
  const expiresAtMs = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN;
  if (!isText(refreshToken) || !isText(clientId) || Number.isNaN(expiresAtMs)) return undefined;
  if (clientSecret !== undefined && !isText(clientSecret)) return undefined;
  return { token, rotation: { refreshToken, clientId, clientSecret, expiresAtMs } };
}

/** @returns nothing when the text is not JSON; the parser's message would quote it */
export function parseFields(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
