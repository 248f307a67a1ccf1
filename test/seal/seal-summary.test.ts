import { expect, it } from "vitest";
import { encodeManifest, hashOf } from "../../lib/seal/manifest.ts";
import { summarize } from "../../lib/seal/seal-summary.ts";
import { DAY, makeHour, makeManifest } from "./make-manifest.ts";

it("sums up a manifest", () => {
  const manifest = makeManifest();
  const bytes = encodeManifest(manifest);
  expect(summarize(manifest, bytes)).toEqual({
    key: `manifests/source=grid/dt=${DAY}.json`,
    sha256: hashOf(bytes),
    sequence: 1,
    revision: 1,
    objects: 1,
    listed: 2,
    archived: 2,
    late: 0,
    onlyInArchive: 0,
    twice: 0,
    differs: 0,
    altered: 0,
    foreign: 0,
    isReconciled: true,
    lateness: {},
  });
});

it("counts what is not as it should be", () => {
  const nine = makeHour(9, 2);
  const objects = nine.objects.map((object) => ({ ...object, altered: true as const }));
  const foreign = [{ key: "audit_logs/source=grid/x", sha256: "", size_bytes: 0, problem: "odd" }];
  const hours = [makeHour(8, 3), { ...nine, objects, foreign, differs: 1 }];
  const manifest = makeManifest({ revision: 2, hours, differs: 1, only_in_archive: 4 });
  expect(summarize(manifest, Buffer.from(""))).toMatchObject({
    key: `manifests/source=grid/dt=${DAY}.2.json`,
    revision: 2,
    objects: 2,
    onlyInArchive: 4,
    differs: 1,
    altered: 1,
    foreign: 1,
    isReconciled: false,
  });
});
