import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isSignedBy, readPublicKey, SigningKeyError } from "../../lib/seal/signature.ts";

const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const pemOf = (key: typeof publicKey) => key.export({ format: "pem", type: "spki" });

describe("a public key", () => {
  it("is read from PEM", () => {
    expect(readPublicKey(pemOf(publicKey)).equals(publicKey)).toBe(true);
  });

  it.each([
    ["other text", "hello", "it is not a public key in PEM"],
    [
      "another curve",
      pemOf(generateKeyPairSync("ec", { namedCurve: "secp384r1" }).publicKey),
      "it is secp384r1, not an elliptic curve key on P-256",
    ],
    [
      "another kind of key",
      pemOf(generateKeyPairSync("ed25519").publicKey),
      "it is ed25519, not an elliptic curve key on P-256",
    ],
  ])("is refused when it is %s", (_, pem, problem) => {
    expect(() => readPublicKey(pem)).toThrow(SigningKeyError);
    expect(() => readPublicKey(pem)).toThrow(problem);
  });

  it("takes no signature that is not one", () => {
    expect(isSignedBy(publicKey, Buffer.from("text"), Buffer.from("no signature"))).toBe(false);
    expect(isSignedBy(publicKey, Buffer.from("text"), Buffer.alloc(0))).toBe(false);
  });
});
