import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { digestOf } from "../../lib/seal/digest-of.ts";

it("tells strings apart that are one in UTF-8", () => {
  const digests = ["\ud800", "\ud801", "\udc00", "\ufffd"].map((id) =>
    digestOf(id).toString("hex"),
  );

  expect(new Set(digests).size).toBe(digests.length);
});

it("is the SHA-256 of bytes", () => {
  const bytes = Buffer.from("text");

  expect(digestOf(bytes)).toEqual(createHash("sha256").update(bytes).digest());
});
