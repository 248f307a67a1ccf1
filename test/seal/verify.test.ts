import { generateKeyPairSync } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { parseObjectKey, toObjectKey } from "../../lib/archive/object-key.ts";
import { manifestKey, signatureKey } from "../../lib/archive/sealed-day.ts";
import { PemManifestSigner } from "../../lib/local/pem-manifest-signer.ts";
import type { Damage } from "../../lib/seal/damage.ts";
import { hashOf } from "../../lib/seal/manifest.ts";
import { readPublicKey } from "../../lib/seal/signature.ts";
import { type VerifySettings, verify } from "../../lib/seal/verify.ts";
import { startOfDay } from "../../lib/time.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { fillArchive, sealDays } from "./sealed-archive.ts";

const DAYS = ["2026-03-01", "2026-03-02", "2026-03-03"] as const;
const [FIRST, SECOND, THIRD] = DAYS;
const SOURCE = "grid";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const signer = new PemManifestSigner(
  Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" })),
);
const PUBLIC_KEY = readPublicKey(publicKey.export({ format: "pem", type: "spki" }));

let store: MemoryArchiveStore;
let head: string;

beforeEach(async () => {
  store = new MemoryArchiveStore();
  await fillArchive(store, SOURCE, DAYS);
  head = await sealDays(store, SOURCE, DAYS, signer);
});

const check = (settings: Partial<VerifySettings> = {}) =>
  verify(store, { source: SOURCE, ...settings });

async function damages(settings: Partial<VerifySettings> = {}): Promise<Damage[]> {
  return (await check(settings)).damages;
}

/** The first object of a day. */
function objectOf(day: string): string {
  const key = [...store.objects.keys()]
    .sort()
    .find((key) => key.startsWith(`audit_logs/source=${SOURCE}/dt=${day}/`));
  if (key === undefined) throw new Error(`no object on ${day}`);
  return key;
}

function flipByte(key: string, at: number): void {
  const bytes = Buffer.from(store.objects.get(key) ?? []);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  store.objects.set(key, bytes);
}

async function rewriteLines(
  key: string,
  rewrite: (lines: Uint8Array[]) => Uint8Array[],
): Promise<void> {
  const lines = rewrite(await decodeLines(key, await store.get(key)));
  const text = lines.map((line) => `${Buffer.from(line)}\n`).join("");
  store.objects.set(key, gzipSync(text, { level: 0 }));
}

function swap(one: string, other: string): void {
  const [a, b] = [store.objects.get(one), store.objects.get(other)];
  if (a === undefined || b === undefined) throw new Error("nothing to swap");
  store.objects.set(one, b);
  store.objects.set(other, a);
}

describe("an archive as it was sealed", () => {
  it("is found whole", async () => {
    expect(await check({ publicKey: PUBLIC_KEY, head })).toMatchObject({
      source: SOURCE,
      days: 3,
      objects: 9,
      entries: 21,
      manifests: 3,
      signatures: 3,
      head: { day: THIRD, sequence: 3, sha256: head },
      unreconciled: [],
      unsealed: [],
      damages: [],
    });
  });

  it("is found whole by the hash of an older manifest, too", async () => {
    const older = hashOf(await store.get(manifestKey(SOURCE, FIRST)));
    expect(await damages({ head: older })).toEqual([]);
  });

  it("has its chain checked whole, and the objects of the days that were asked for", async () => {
    const report = await check({ from: SECOND, to: SECOND });
    expect(report).toMatchObject({ days: 1, objects: 3, manifests: 3, damages: [] });
  });

  it("tells which days are not sealed", async () => {
    await sealDays(store, "acme", [FIRST, THIRD]);
    expect(await check({ source: "acme" })).toMatchObject({ unsealed: [SECOND], damages: [] });
    const report = await check({ from: "2026-02-27", to: FIRST });
    expect(report.unsealed).toEqual(["2026-02-27", "2026-02-28"]);
  });

  it("has no head while nothing is sealed", async () => {
    expect(await check({ source: "other" })).toMatchObject({ head: null, days: 0, damages: [] });
  });
});

describe("damage to an object", () => {
  it("is named when a byte is flipped", async () => {
    const key = objectOf(SECOND);
    flipByte(key, (store.objects.get(key)?.byteLength ?? 0) - 9);
    const [damage, ...more] = await damages();
    expect(damage).toMatchObject({ kind: "object_changed", key });
    expect(more).toEqual([]);
  });

  it.each([0, 1, 5, 20, 40])("is found when byte %i is flipped", async (at) => {
    const key = objectOf(FIRST);
    flipByte(key, at);
    expect(await damages()).toMatchObject([{ kind: "object_changed", key }]);
  });

  it("is named when it is cut", async () => {
    const key = objectOf(THIRD);
    store.objects.set(key, (await store.get(key)).subarray(0, 30));
    expect(await damages()).toEqual([
      { kind: "object_changed", key, problem: "it cannot be read: it is not whole gzip" },
    ]);
  });

  it("is named when a line is dropped", async () => {
    const key = objectOf(SECOND);
    await rewriteLines(key, (lines) => lines.slice(1));
    expect(await damages()).toEqual([
      { kind: "object_changed", key, problem: "it has 2 lines, not 3" },
    ]);
  });

  it("is named when a line says something else", async () => {
    const key = objectOf(SECOND);
    await rewriteLines(key, (lines) =>
      lines.map((line) => Buffer.from(`${Buffer.from(line)}`.replace("login", "other"))),
    );
    expect(await damages()).toEqual([
      { kind: "object_changed", key, problem: "the text of its lines is another" },
    ]);
  });

  it("is told from lines that were only compressed anew", async () => {
    const key = objectOf(SECOND);
    await rewriteLines(key, (lines) => lines);
    const problem = "its lines are what they were, but compressed anew";
    expect(await damages()).toEqual([{ kind: "object_changed", key, problem }]);
  });

  it("is named when it is deleted", async () => {
    const key = objectOf(THIRD);
    store.objects.delete(key);
    expect(await damages()).toEqual([
      { kind: "object_missing", key, problem: "it was there when the day was sealed" },
    ]);
  });

  it("is named when it is deleted while the check runs", async () => {
    const key = objectOf(THIRD);
    const get = store.get.bind(store);
    store.get = async (asked) => {
      if (asked === key) store.objects.delete(key);
      return get(asked);
    };
    expect(await damages()).toMatchObject([{ kind: "object_missing", key }]);
  });

  it.each([
    [
      "in an empty hour",
      toObjectKey({
        source: SOURCE,
        minDateCreate: startOfDay(SECOND) + 60,
        maxDateCreate: startOfDay(SECOND) + 60,
        hash: "0123456789abcdef",
      }),
    ],
    ["in quarantine", `quarantine/source=${SOURCE}/dt=${SECOND}/hour=10/0123456789abcdef.json.gz`],
  ])("is named when one is added %s", async (_, key) => {
    store.objects.set(key, gzipSync("{}\n"));
    const problem = `it was not there when the day was sealed, and no addendum notes it (addenda/source=${SOURCE}/dt=${SECOND}.2.json)`;
    expect(await damages()).toEqual([{ kind: "object_added", key, problem }]);
  });

  it("is named when quarantine is changed", async () => {
    const key = [...store.objects.keys()].find((key) => key.startsWith("quarantine/")) ?? "";
    flipByte(key, 12);
    expect(await damages()).toMatchObject([{ kind: "object_changed", key }]);
  });
});

describe("an object that no manifest describes", () => {
  it.each([
    ["begins earlier", (min: number, max: number) => [min - 1, max] as const],
    ["begins later", (min: number, max: number) => [min + 1, max] as const],
    ["ends later", (min: number, max: number) => [min, max + 1] as const],
    ["is of another day", (min: number, max: number) => [min + 86_400, max + 86_400] as const],
  ])("is checked against the times in its name, as one that %s", async (_, timesOf) => {
    const other = new MemoryArchiveStore();
    await fillArchive(other, SOURCE, [FIRST]);
    const key = [...other.objects.keys()].find((key) => key.startsWith("audit_logs/")) ?? "";
    const name = parseObjectKey(key);
    if (name === undefined) throw new Error(`${key} is no object's`);
    const [minDateCreate, maxDateCreate] = timesOf(name.minDateCreate, name.maxDateCreate);
    const renamed = toObjectKey({ ...name, minDateCreate, maxDateCreate });
    other.objects.set(renamed, await other.get(key));
    other.objects.delete(key);

    expect((await verify(other, { source: SOURCE })).damages).toEqual([
      {
        kind: "object_changed",
        key: renamed,
        problem: `its name gives its lines the times ${minDateCreate} to ${maxDateCreate}, and they have ${name.minDateCreate} to ${name.maxDateCreate}`,
      },
    ]);
  });

  it.each<[string, () => void]>([
    [
      "its day is not sealed",
      () => {
        store.objects.delete(manifestKey(SOURCE, THIRD));
        store.objects.delete(signatureKey(SOURCE, THIRD));
      },
    ],
    ["its day's manifest is damaged", () => flipByte(manifestKey(SOURCE, THIRD), 0)],
  ])("is checked against the hash in its name: %s", async (_, leaveUndescribed) => {
    leaveUndescribed();
    const isOfObject = ({ kind }: Damage) => kind === "object_changed";
    const whole = await check();
    expect(whole.unsealedObjects).toBe(3);
    expect(whole.damages.filter(isOfObject)).toEqual([]);
    const key = objectOf(THIRD);
    await rewriteLines(key, (lines) => lines.slice(1));
    expect((await damages()).filter(isOfObject)).toEqual([
      {
        kind: "object_changed",
        key,
        problem: "its lines are not those that its name was made from",
      },
    ]);
    expect((await damages({ to: SECOND })).filter(isOfObject)).toEqual([]);
  });
});

describe("damage to a manifest", () => {
  it("is named at both places when two are swapped", async () => {
    swap(manifestKey(SOURCE, FIRST), manifestKey(SOURCE, SECOND));
    expect(await damages()).toEqual([
      {
        kind: "manifest_unreadable",
        key: manifestKey(SOURCE, FIRST),
        problem: `it is the manifest of ${SECOND}, source ${SOURCE}`,
      },
      {
        kind: "manifest_unreadable",
        key: manifestKey(SOURCE, SECOND),
        problem: `it is the manifest of ${FIRST}, source ${SOURCE}`,
      },
    ]);
  });

  it("is named when one is deleted", async () => {
    store.objects.delete(manifestKey(SOURCE, SECOND));
    expect(await damages()).toEqual([
      {
        kind: "manifest_missing",
        key: manifestKey(SOURCE, SECOND),
        problem: `${THIRD} was sealed after it`,
      },
    ]);
  });

  it("is not what a file of another name is: that is unknown", async () => {
    const key = `manifests/source=${SOURCE}/notes.json`;
    store.objects.set(key, Buffer.from("{}"));
    expect(await damages()).toMatchObject([{ kind: "path_unknown", key }]);
  });

  it("is named when one is written anew that fits the objects", async () => {
    const key = manifestKey(SOURCE, SECOND);
    const text = `${Buffer.from(await store.get(key))}`;
    store.objects.set(key, Buffer.from(text.replace("23:59:59", "23:59:58")));
    expect(await damages()).toEqual([
      {
        kind: "manifest_changed",
        key,
        problem: `it is not what it was when ${THIRD} was sealed after it`,
      },
    ]);
    expect(await damages({ publicKey: PUBLIC_KEY })).toContainEqual(
      expect.objectContaining({
        kind: "signature_wrong",
        key: signatureKey(SOURCE, SECOND),
      }),
    );
  });

  it.each([0, 100, 1000, 2000])("is found when byte %i is flipped", async (at) => {
    const key = manifestKey(SOURCE, FIRST);
    flipByte(key, at);
    expect(await damages()).toMatchObject([{ key }]);
  });

  it("is found when two claim one place in the chain", async () => {
    store.objects.delete(manifestKey(SOURCE, THIRD));
    const other = new MemoryArchiveStore();
    await fillArchive(other, SOURCE, DAYS);
    await sealDays(other, SOURCE, [FIRST, THIRD]);
    const key = manifestKey(SOURCE, THIRD);
    store.objects.set(key, await other.get(key));
    expect(await damages()).toEqual([
      { kind: "chain_broken", key, problem: `${SECOND} has its place in the chain` },
    ]);
  });

  it("is found when the beginning of the chain is cut off", async () => {
    store.objects.delete(manifestKey(SOURCE, FIRST));
    const key = manifestKey(SOURCE, SECOND);
    const manifest = JSON.parse(`${Buffer.from(await store.get(key))}`);
    store.objects.set(key, Buffer.from(`${JSON.stringify({ ...manifest, previous: null })}\n`));
    expect(await damages()).toMatchObject([
      { kind: "chain_broken", key },
      { kind: "manifest_changed", key },
      { kind: "manifest_missing", key: manifestKey(SOURCE, FIRST) },
    ]);
  });
});

describe("history that was rewritten from a day on", () => {
  beforeEach(async () => {
    const forged = new MemoryArchiveStore();
    await fillArchive(forged, SOURCE, DAYS);
    forged.objects.delete(objectOf(SECOND));
    await sealDays(forged, SOURCE, DAYS);
    for (const key of store.objects.keys()) {
      if (!key.startsWith("signatures/")) store.objects.delete(key);
    }
    for (const [key, body] of forged.objects) store.objects.set(key, body);
  });

  it("looks whole to one who remembers nothing", async () => {
    expect(await damages()).toEqual([]);
  });

  it("is found by a hash that was remembered", async () => {
    const [damage, ...more] = await damages({ head });
    expect(damage).toMatchObject({ kind: "head_missing", key: manifestKey(SOURCE, THIRD) });
    expect(damage?.problem).toContain(head);
    expect(more).toEqual([]);
  });

  it("is found by the signatures, from the first day that was rewritten on", async () => {
    const problem = "the manifest as it is now was not signed with this key";
    expect(await damages({ publicKey: PUBLIC_KEY })).toEqual(
      [SECOND, THIRD].map((day) => ({
        kind: "signature_wrong",
        key: signatureKey(SOURCE, day),
        problem,
      })),
    );
  });

  it("is found when the signatures are gone, too", async () => {
    for (const day of DAYS) store.objects.delete(signatureKey(SOURCE, day));
    expect(await damages({ publicKey: PUBLIC_KEY })).toMatchObject(
      DAYS.map((day) => ({ kind: "signature_missing", key: signatureKey(SOURCE, day) })),
    );
  });

  it("is found by the hash when the newest days were cut off", async () => {
    store.objects.delete(manifestKey(SOURCE, THIRD));
    store.objects.delete(signatureKey(SOURCE, THIRD));
    expect(await damages({ head })).toMatchObject([{ kind: "head_missing" }]);
  });

  it("is found by the signatures of days that were cut off without them", async () => {
    const key = manifestKey(SOURCE, THIRD);
    store.objects.delete(key);
    expect(await damages()).toEqual([
      { kind: "manifest_missing", key, problem: `${signatureKey(SOURCE, THIRD)} signs it` },
    ]);
  });
});

describe("a check", () => {
  it("ends when it is aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(verify(store, { source: SOURCE }, { signal })).rejects.toThrow("enough");
  });

  it("does not take an archive that cannot be read for a damaged one", async () => {
    store.get = async () => {
      throw new Error("connection lost");
    };
    await expect(check()).rejects.toThrow("connection lost");
  });

  it("tells how far it is", async () => {
    const seen: string[] = [];
    await verify(
      store,
      { source: SOURCE },
      { onProgress: ({ days, daysTotal, day }) => seen.push(`${days}/${daysTotal} ${day}`) },
    );
    expect(seen).toEqual([`0/3 ${FIRST}`, `1/3 ${SECOND}`, `2/3 ${THIRD}`]);
  });
});
