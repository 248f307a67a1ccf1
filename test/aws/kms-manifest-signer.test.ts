import { generateKeyPairSync, sign } from "node:crypto";
import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { KmsManifestSigner } from "../../lib/aws/kms-manifest-signer.ts";
import { hashOf } from "../../lib/seal/manifest.ts";
import { isSignedBy, readPublicKey } from "../../lib/seal/signature.ts";

const KEY_ARN = "arn:aws:kms:eu-central-1:111122223333:key/0123";
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const kms = mockClient(KMSClient);
afterAll(() => kms.restore());
const signer = new KmsManifestSigner(new KMSClient({ region: "eu-central-1" }), KEY_ARN);

beforeEach(() => kms.reset());

describe("KmsManifestSigner", () => {
  it("has KMS sign the hash of a manifest of any size", async () => {
    const manifest = Buffer.alloc(1_000_000, "x");
    const signature = sign("sha256", manifest, privateKey);
    kms.on(SignCommand).resolves({ Signature: signature });
    expect(isSignedBy(publicKey, manifest, await signer.sign(manifest))).toBe(true);
    const { input } = kms.commandCalls(SignCommand)[0]?.args[0] ?? {};
    expect(input).toMatchObject({
      KeyId: KEY_ARN,
      SigningAlgorithm: "ECDSA_SHA_256",
      MessageType: "DIGEST",
    });
    expect(Buffer.from(input?.Message ?? []).toString("hex")).toBe(hashOf(manifest));
  });

  it("gives the public key as verify reads it", async () => {
    const der = publicKey.export({ format: "der", type: "spki" });
    kms.on(GetPublicKeyCommand).resolves({ PublicKey: der });
    expect(readPublicKey(await signer.publicKey()).equals(publicKey)).toBe(true);
  });

  it("passes on that KMS refuses", async () => {
    kms.on(SignCommand).rejects(new Error("AccessDeniedException"));
    await expect(signer.sign(Buffer.from("x"))).rejects.toThrow("AccessDeniedException");
  });
});
