import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { manifestKey, signatureKey } from "../../lib/archive/sealed-day.ts";
import { PemManifestSigner } from "../../lib/local/pem-manifest-signer.ts";
import { encodeManifest } from "../../lib/seal/manifest.ts";
import { isSignedBy, readPublicKey, SigningKeyError } from "../../lib/seal/signature.ts";
import { makeHour, makeManifest } from "./make-manifest.ts";
import { close, DAY, SOURCE, startSettledTestBed } from "./test-bed.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const pemOf = (key: typeof publicKey) => key.export({ format: "pem", type: "spki" });
const signer = new PemManifestSigner(
  Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" })),
);

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

describe("a settled day", () => {
  it("is not signed when something else wrote its manifest", async () => {
    await using bed = await startSettledTestBed();
    const manifest = makeManifest({
      source: SOURCE,
      day: DAY,
      hours: Array.from({ length: 24 }, (_, hour) => makeHour(hour)),
      listed: 0,
      archived: 0,
    });
    bed.archive.objects.set(manifestKey(SOURCE, DAY), encodeManifest(manifest));
    const ports = { ...bed.ports, signer };
    expect(await close(bed, {}, {}, ports)).toMatchObject({ outcome: "already_sealed" });
    expect(bed.archive.objects.has(signatureKey(SOURCE, DAY))).toBe(false);
  });

  it("is signed by the next close when the first was killed before it could", async () => {
    await using bed = await startSettledTestBed();
    const dying = { sign: () => Promise.reject(new Error("killed")) };
    expect(await close(bed, {}, {}, { ...bed.ports, signer: dying })).toMatchObject({
      outcome: "failed",
    });
    const ports = { ...bed.ports, signer };
    expect(await close(bed, {}, {}, ports)).toMatchObject({ outcome: "already_sealed" });
    const manifest = await bed.archive.get(manifestKey(SOURCE, DAY));
    const signature = await bed.archive.get(signatureKey(SOURCE, DAY));
    expect(isSignedBy(publicKey, manifest, signature)).toBe(true);
  });

  it("is signed when there is a signer", async () => {
    await using bed = await startSettledTestBed();
    await close(bed, {}, {}, { ...bed.ports, signer });
    const manifest = await bed.archive.get(manifestKey(SOURCE, DAY));
    const signature = await bed.archive.get(signatureKey(SOURCE, DAY));
    expect(isSignedBy(publicKey, manifest, signature)).toBe(true);
  });
});
