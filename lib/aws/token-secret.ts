import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  paginateListSecretVersionIds,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { formatStoredToken, parseStoredToken, type StoredToken } from "../stack/stored-token.ts";

/** What can be known about a token without reading it. */
export interface TokenStatus {
  isSet: boolean;
  /** Epoch milliseconds of its last change; null while it is not set. */
  changedAtMs: number | null;
}

/** Within this, a secret and its first value were created by one call. */
const CREATION_MS = 2_000;

/** The secret from which a source's runs read their token, for its owner. */
export class TokenSecret {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;

  constructor(client: SecretsManagerClient, secretId: string) {
    this.#client = client;
    this.#secretId = secretId;
  }

  /** Make it the current token; the one before stays as the secret's previous version. */
  async store(token: StoredToken): Promise<void> {
    await this.#client.send(
      new PutSecretValueCommand({
        SecretId: this.#secretId,
        SecretString: formatStoredToken(token),
      }),
    );
  }

  /**
   * The current token; only `doctor` reads it, to try it.
   *
   * @returns undefined when the text is not a token
   */
  async read(): Promise<StoredToken | undefined> {
    const { SecretString = "" } = await this.#client.send(
      new GetSecretValueCommand({ SecretId: this.#secretId }),
    );
    return parseStoredToken(SecretString);
  }

  /**
   * The stack creates the secret without a value. Version 0.1 created it with one, an empty
   * token, at the same moment: a value that was there from the beginning is not set, either.
   * So nobody needs the right to read the token who only wants to know whether there is one.
   */
  async status(): Promise<TokenStatus> {
    const { CreatedDate: created } = await this.#client.send(
      new DescribeSecretCommand({ SecretId: this.#secretId }),
    );
    const pages = paginateListSecretVersionIds(
      { client: this.#client },
      { SecretId: this.#secretId },
    );
    for await (const { Versions = [] } of pages) {
      const current = Versions.find(({ VersionStages }) => VersionStages?.includes("AWSCURRENT"));
      if (current === undefined) continue;
      const changedAtMs = current.CreatedDate?.getTime() ?? 0;
      const isSet = changedAtMs - (created?.getTime() ?? 0) > CREATION_MS;
      return { isSet, changedAtMs: isSet ? changedAtMs : null };
    }
    return { isSet: false, changedAtMs: null };
  }
}
