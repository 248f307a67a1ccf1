import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";

/** What can be known about a token without reading it. */
export interface TokenStatus {
  isSet: boolean;
  /** Epoch milliseconds of its last change; null while it is not set. */
  changedAtMs: number | null;
}

/** The secret from which a source's runs read their token, for its owner: it is never read here. */
export class TokenSecret {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;

  constructor(client: SecretsManagerClient, secretId: string) {
    this.#client = client;
    this.#secretId = secretId;
  }

  /** Make it the current token; the one before stays as the secret's previous version. */
  async store(token: string): Promise<void> {
    await this.#client.send(
      new PutSecretValueCommand({
        SecretId: this.#secretId,
        SecretString: JSON.stringify({ token }),
      }),
    );
  }

  /** The stack creates the secret with one version, an empty token: a second version was set by a person. */
  async status(): Promise<TokenStatus> {
    const { VersionIdsToStages = {}, LastChangedDate } = await this.#client.send(
      new DescribeSecretCommand({ SecretId: this.#secretId }),
    );
    const isSet = Object.values(VersionIdsToStages).flat().includes("AWSPREVIOUS");
    return { isSet, changedAtMs: isSet ? (LastChangedDate?.getTime() ?? null) : null };
  }
}
