import { createHash } from "node:crypto";
import {
  GetSecretValueCommand,
  InvalidParameterException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";

const CURRENT = "AWSCURRENT";
const PENDING = "AWSPENDING";

export interface SecretVersion {
  id: string;
  text: string;
}

/** One secret whose value is replaced in two steps: a pending version is stored, then made current. */
export class SecretVersions {
  readonly id: string;
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient, id: string) {
    this.#client = client;
    this.id = id;
  }

  /** @throws {ResourceNotFoundException} when there is no secret, or it never had a value */
  current(): Promise<SecretVersion> {
    return this.#read(CURRENT);
  }

  /** @returns undefined when nothing was ever pending */
  async pending(): Promise<SecretVersion | undefined> {
    try {
      return await this.#read(PENDING);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  /** @returns the id of the version, which is the pending one now */
  async putPending(text: string): Promise<string> {
    const { VersionId = "" } = await this.#client.send(
      new PutSecretValueCommand({
        SecretId: this.id,
        SecretString: text,
        VersionStages: [PENDING],
      }),
    );
    return VersionId;
  }

  /**
   * Of all callers with the same name, one succeeds: a version's id is taken once, and
   * Secrets Manager refuses a second text for it.
   *
   * @param text - unique to the caller
   * @returns whether it is the caller's text that is pending now
   */
  async claimPending(name: string, text: string): Promise<boolean> {
    try {
      await this.#client.send(
        new PutSecretValueCommand({
          SecretId: this.id,
          SecretString: text,
          VersionStages: [PENDING],
          ClientRequestToken: createHash("sha256").update(name).digest("hex").slice(0, 32),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ResourceExistsException) return false;
      throw error;
    }
  }

  /**
   * Make a version the current one in place of another, which becomes the previous one.
   *
   * @returns false, with nothing changed, when the other is not the current one
   */
  async promote(id: string, inPlaceOf: string): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: this.id,
          VersionStage: CURRENT,
          MoveToVersionId: id,
          RemoveFromVersionId: inPlaceOf,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof InvalidParameterException) return false;
      throw error;
    }
  }

  async #read(VersionStage: string): Promise<SecretVersion> {
    const { VersionId = "", SecretString = "" } = await this.#client.send(
      new GetSecretValueCommand({ SecretId: this.id, VersionStage }),
    );
    return { id: VersionId, text: SecretString };
  }
}
