/** xoxp-…, xoxb-…, xoxe-…, and the rotated form xoxe.xoxp-…. */
const SLACK_TOKEN = /xox[a-z](?:\.xox[a-z])?-[\w-]+/gi;

/** Shorter ones stand in ordinary words, and taking those out would hide what went wrong. */
const SHORTEST_SECRET = 8;

const MASK = "[redacted]";

/**
 * Takes secrets out of text that came from outside: anything of the form of a
 * Slack token, and the secrets that it was told of, in whatever form they have.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Also keeps this secret, and its percent-encoded form, out of every text. */
  add(secret: string): void {
    if (secret.length >= SHORTEST_SECRET) {
      this.#secrets.add(secret).add(encodeURIComponent(secret));
    }
  }

  text(text: string): string {
    let clean = text.replace(SLACK_TOKEN, MASK);
    for (const secret of this.#secrets) {
      clean = clean.replaceAll(secret, MASK);
    }
    return clean;
  }

  /**
   * A clean copy of an error that some library threw: message, code, stack and
   * causes, and nothing else, since some libraries hang the whole request with
   * its headers on their errors.
   */
  error(error: unknown, depth = 5): Error {
    if (!(error instanceof Error)) {
      return new Error(this.text(String(error)));
    }
    const inner =
      error instanceof AggregateError ? (error.errors[0] as unknown) : (error.cause as unknown);
    const copy = new Error(
      this.text(error.message),
      inner === undefined || depth === 0 ? undefined : { cause: this.error(inner, depth - 1) },
    );
    if (error.stack !== undefined) {
      copy.stack = this.text(error.stack);
    }
    return "code" in error && typeof error.code === "string"
      ? Object.assign(copy, { code: this.text(error.code) })
      : copy;
  }
}
