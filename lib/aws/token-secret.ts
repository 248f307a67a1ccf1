import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";

/** What can be known of a token without reading it. */
export interface TokenStatus {
  isSet: boolean;
  /** Epoch milliseconds of its last change; null while it is not set. */
  changedAtMs: number | null;
}

/** The secret that a source's runs read their token from, as its owner sees it: it is never read here. */
export class TokenSecret {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;

  constructor(client: SecretsManagerClient, secretId: string) {
    this.#client = client;
    this.#secretId = secretId;
  }

  /** Make it the current one; the one before it stays as the secret's previous version. */
  async store(token: string): Promise<void> {
    await this.#client.send(
      new PutSecretValueCommand({
        SecretId: this.#secretId,
        SecretString: JSON.stringify({ token }),
      }),
    );
  }

  /** The stack makes the secret with one version, an empty token: a second one is a person's. */
  async status(): Promise<TokenStatus> {
    const { VersionIdsToStages = {}, LastChangedDate } = await this.#client.send(
      new DescribeSecretCommand({ SecretId: this.#secretId }),
    );
    const isSet = Object.values(VersionIdsToStages).flat().includes("AWSPREVIOUS");
    return { isSet, changedAtMs: isSet ? (LastChangedDate?.getTime() ?? null) : null };
  }
}
