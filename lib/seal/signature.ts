import { createPublicKey, type KeyObject, verify } from "node:crypto";

/**
 * @param pem - a public key on the curve P-256, as `openssl ec -pubout` and KMS give it
 * @throws {SigningKeyError} when it is not one
 */
export function readPublicKey(pem: string | Buffer): KeyObject {
  // Node would derive the public key from it.
  if (pem.includes("PRIVATE KEY-----")) {
    throw new SigningKeyError(
      "it is a private key, which only the signer should have: hand out the public one (openssl ec -pubout makes it)",
    );
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw new SigningKeyError("it is not a public key in PEM", { cause });
  }
  assertCurve(key);
  return key;
}

export function isSignedBy(
  publicKey: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify("sha256", message, publicKey, signature);
}

/** @throws {SigningKeyError} when the key is of another kind than KMS's ECC_NIST_P256 */
export function assertCurve(key: KeyObject): void {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve !== "prime256v1") {
    throw new SigningKeyError(
      `it is ${curve ?? key.asymmetricKeyType ?? "secret"}, not an elliptic curve key on P-256 (openssl ecparam -genkey -name prime256v1 makes one)`,
    );
  }
}

/** A key cannot sign manifests, or cannot check them. */
export class SigningKeyError extends Error {
  override readonly name = "SigningKeyError";
  readonly code = "signing_key";
}
