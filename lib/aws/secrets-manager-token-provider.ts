import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { TokenMissingError, type TokenProvider } from "../ports.ts";

/** The token in a secret: its whole text, or `{"token": "…"}`. An empty token is not set yet. */
export class SecretsManagerTokenProvider implements TokenProvider {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;
  #token: Promise<string> | undefined;

  constructor(client: SecretsManagerClient, secretId: string) {
    this.#client = client;
    this.#secretId = secretId;
  }

  /** @throws {TokenMissingError} when the secret holds no token, or something that cannot be one */
  get(): Promise<string> {
    this.#token ??= this.refresh();
    return this.#token;
  }

  refresh(): Promise<string> {
    const token = this.#read();
    this.#token = token;
    // After a failure, the next `get` asks again.
    token.catch(() => {
      if (this.#token === token) {
        this.#token = undefined;
      }
    });
    return token;
  }

  async #read(): Promise<string> {
    const token = toToken(await this.#secretText());
    if (token === "") {
      throw new TokenMissingError(
        `the secret ${this.#secretId} holds no token yet: store one with "npx audit-lake token set"`,
      );
    }
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) {
      throw new TokenMissingError(
        `the secret ${this.#secretId} holds what cannot be a token: it must be the token alone, or {"token": "…"}`,
      );
    }
    return token;
  }

  async #secretText(): Promise<string> {
    const command = new GetSecretValueCommand({ SecretId: this.#secretId });
    try {
      return (await this.#client.send(command)).SecretString ?? "";
    } catch (error) {
      // Also the response for a secret that exists and never had a value.
      if (error instanceof ResourceNotFoundException) {
        throw new TokenMissingError(
          `the secret ${this.#secretId} does not exist or has no value yet: store the token with "npx audit-lake token set"`,
          { cause: error },
        );
      }
      throw error;
    }
  }
}

/** @returns nothing when the text is JSON of another shape */
function toToken(text: string): string | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{")) {
    return trimmed;
  }
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    return undefined; // without the parser's message, which quotes the text
  }
  return typeof value === "object" &&
    value !== null &&
    "token" in value &&
    typeof value.token === "string"
    ? value.token.trim()
    : undefined;
}
