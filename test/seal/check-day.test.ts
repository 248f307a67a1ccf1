import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { checkDay } from "../../lib/seal/check-day.ts";
import { type Manifest, parseManifest } from "../../lib/seal/manifest.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { fillArchive, sealDays } from "./sealed-archive.ts";

const DAY = "2026-03-02";

let store: MemoryArchiveStore;
let manifest: Manifest;
let objects: string[];

beforeEach(async () => {
  store = new MemoryArchiveStore();
  await fillArchive(store, "acme", [DAY]);
  objects = [...store.objects.keys()].filter((key) => key.startsWith("audit_logs/"));
  await sealDays(store, "acme", [DAY]);
  const key = manifestKey("acme", DAY);
  manifest = parseManifest(key, await store.get(key));
});

async function damages(): Promise<string[]> {
  const found: string[] = [];
  await checkDay(store, manifest, {
    onDamage: (kind, key, problem) => found.push(`${kind} ${key}: ${problem}`),
  });
  return found;
}

/** 700 KB that hold 700 MB: members of gzip one after the other. */
function gzipBomb(text: string): Buffer {
  const member = gzipSync(text.repeat(1_000_000));
  return Buffer.concat(Array.from({ length: 700 }, () => member));
}

describe("a sealed day", () => {
  it("is as it was sealed", async () => {
    expect(await damages()).toEqual([]);
  });

  it.each([
    ["of lines", "\n"],
    ["of one line", " "],
  ])("names an object that is a gzip bomb %s", async (_, text) => {
    const [key = ""] = objects;
    const bomb = gzipBomb(text);
    expect(bomb.length).toBeLessThan(1_000_000);
    store.objects.set(key, bomb);

    expect(await damages()).toEqual([
      expect.stringMatching(new RegExp(`^object_changed ${key}: it cannot be read: .* more than `)),
    ]);
  });

  it.each([
    ["size_bytes", { size_bytes: 7 }, /^its manifest gives it 7 bytes, and it has \d+$/],
    ["entries", { entries: 4 }, /^its manifest gives it 4 lines, and it has 3$/],
    [
      "altered",
      { altered: true as const },
      /^its manifest says that .*changed before the seal, and they are not$/,
    ],
    [
      "min_date_create",
      { min_date_create: 5 },
      /^its manifest gives it the times 5 to \d{10}, and it has \d{10} to \d{10}$/,
    ],
    [
      "max_date_create",
      { max_date_create: 9_999_999_999 },
      /^its manifest gives it the times \d{10} to 9999999999, and/,
    ],
  ])("names an object of which the manifest states a wrong %s", async (_, wrong, problem) => {
    Object.assign(manifest.hours[9]?.objects[0] ?? {}, wrong);
    const [found = "", ...others] = await damages();
    expect(others).toEqual([]);
    const [kind, key] = found.split(/[ :]/, 2);
    expect([kind, key]).toEqual(["object_changed", objects[0]]);
    expect(found.slice(found.indexOf(": ") + 2)).toMatch(problem);
  });

  it("names every object that cannot be read, and goes on", async () => {
    for (const key of objects) store.objects.set(key, Buffer.from("not gzip"));

    expect(await damages()).toEqual(
      objects.map((key) => `object_changed ${key}: it cannot be read: it is not whole gzip`),
    );
  });
});
