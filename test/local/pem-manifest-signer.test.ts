import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { PemManifestSigner } from "../../lib/local/pem-manifest-signer.ts";
import { isSignedBy, SigningKeyError } from "../../lib/seal/signature.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });

describe("PemManifestSigner", () => {
  it.each(["pkcs8", "sec1"] as const)("signs with a key in %s", async (type) => {
    const signer = new PemManifestSigner(Buffer.from(privateKey.export({ format: "pem", type })));
    const message = Buffer.from("a manifest");
    const signature = await signer.sign(message);
    expect(isSignedBy(publicKey, message, signature)).toBe(true);
    expect(isSignedBy(publicKey, Buffer.from("another"), signature)).toBe(false);
  });

  it("refuses what is no private key, and does not quote it", () => {
    const attempt = () => new PemManifestSigner(Buffer.from("-----BEGIN secret"));
    expect(attempt).toThrow(SigningKeyError);
    expect(attempt).not.toThrow("secret");
  });

  it("refuses a key that is encrypted", () => {
    const encrypted = privateKey.export({
      format: "pem",
      type: "pkcs8",
      cipher: "aes-256-cbc",
      passphrase: "x",
    });
    expect(() => new PemManifestSigner(Buffer.from(encrypted))).toThrow("unencrypted");
  });

  it("refuses a key on another curve", () => {
    const { privateKey: other } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = Buffer.from(other.export({ format: "pem", type: "pkcs8" }));
    expect(() => new PemManifestSigner(pem)).toThrow("it is rsa, not an elliptic curve key");
  });
});
