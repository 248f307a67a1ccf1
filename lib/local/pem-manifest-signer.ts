import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { ManifestSigner } from "../ports.ts";
import { assertCurve, SigningKeyError } from "../seal/signature.ts";

/** Signs with a private key from a file, for an archive in a directory, where there is no KMS. */
export class PemManifestSigner implements ManifestSigner {
  readonly #key: KeyObject;

  /**
   * @param pem - an unencrypted private key on the curve P-256
   * @throws {SigningKeyError} when it is not one
   */
  constructor(pem: Buffer) {
    try {
      this.#key = createPrivateKey(pem);
    } catch {
      // The cause could quote the key.
      throw new SigningKeyError("it is not an unencrypted private key in PEM");
    }
    assertCurve(this.#key);
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    return sign("sha256", message, this.#key);
  }
}
