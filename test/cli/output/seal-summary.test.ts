import { expect, it } from "vitest";
import { describeSealed } from "../../../cli/output/seal-summary.ts";
import { encodeManifest } from "../../../lib/seal/manifest.ts";
import { summarize } from "../../../lib/seal/seal-summary.ts";
import { DAY, makeManifest } from "../../seal/make-manifest.ts";

it("ends with the head of the chain, though the day was sealed before it", () => {
  const manifest = makeManifest();
  const head = { day: "2026-03-09", sequence: 8, sha256: "ab".repeat(32) };
  const summary = {
    ...{ source: "grid", day: DAY, outcome: "already_sealed" as const, pages: 0, head },
    manifest: summarize(manifest, encodeManifest(manifest)),
  };
  const text = describeSealed([summary], "grid");
  expect(text).toMatch(/sealed before/);
  expect(text.split("\n").at(-1)).toBe(`head ${head.sha256} (number 8)`);
});
