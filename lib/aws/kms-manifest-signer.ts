import { createHash, createPublicKey } from "node:crypto";
import {
  GetPublicKeyCommand,
  type KMSClient,
  MessageType,
  SignCommand,
  SigningAlgorithmSpec,
} from "@aws-sdk/client-kms";
import type { ManifestSigner } from "../ports.ts";

/** Signs with an asymmetric KMS key (ECC_NIST_P256), whose private half never leaves KMS. */
export class KmsManifestSigner implements ManifestSigner {
  readonly #client: KMSClient;
  readonly #keyId: string;

  /** @param keyId - id or ARN of the key */
  constructor(client: KMSClient, keyId: string) {
    this.#client = client;
    this.#keyId = keyId;
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    const { Signature } = await this.#client.send(
      new SignCommand({
        KeyId: this.#keyId,
        SigningAlgorithm: SigningAlgorithmSpec.ECDSA_SHA_256,
        // KMS accepts no message above 4 KiB.
        MessageType: MessageType.DIGEST,
        Message: createHash("sha256").update(message).digest(),
      }),
    );
    if (Signature === undefined) {
      throw new Error(`KMS gave no signature of key ${this.#keyId}`);
    }
    return Signature;
  }

  /** The public half, in PEM: with it, signatures can be checked without AWS. */
  async publicKey(): Promise<string> {
    const { PublicKey } = await this.#client.send(new GetPublicKeyCommand({ KeyId: this.#keyId }));
    if (PublicKey === undefined) {
      throw new Error(`KMS gave no public key of key ${this.#keyId}`);
    }
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
    return key.export({ format: "pem", type: "spki" }).toString();
  }
}
