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

  it("names every object that cannot be read, and goes on", async () => {
    for (const key of objects) store.objects.set(key, Buffer.from("not gzip"));

    expect(await damages()).toEqual(
      objects.map((key) => `object_changed ${key}: it cannot be read: it is not whole gzip`),
    );
  });
});
