import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import {
  addendumKey,
  daysWithAddenda,
  inOrder,
  listManifests,
  manifestKey,
  newestRevision,
  noteAddendum,
  parseManifestKey,
  sealedDays,
  signatureKey,
} from "../../lib/archive/sealed-day.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";

const DAY = "2026-03-02";
const GUARD = { write: <T>(put: () => Promise<T>) => put() };

let store: MemoryArchiveStore;
beforeEach(() => {
  store = new MemoryArchiveStore();
});

const seal = (day: string, revision = 1, source = "acme") =>
  store.put(manifestKey(source, day, revision), Buffer.from(`${day}.${revision}`));

describe("names of what is sealed", () => {
  it("say the day, and from the second manifest on its number", () => {
    expect(manifestKey("acme", DAY)).toBe("manifests/source=acme/dt=2026-03-02.json");
    expect(manifestKey("acme", DAY, 2)).toBe("manifests/source=acme/dt=2026-03-02.2.json");
    expect(signatureKey("acme", DAY, 3)).toBe("signatures/source=acme/dt=2026-03-02.3.sig");
    expect(addendumKey("acme", DAY, 2)).toBe("addenda/source=acme/dt=2026-03-02.2.json");
  });

  it.each([1, 2, 17])("can be read back: revision %d", (revision) => {
    expect(parseManifestKey("acme", manifestKey("acme", DAY, revision))).toEqual({
      day: DAY,
      revision,
    });
  });

  it.each([
    "manifests/source=other/dt=2026-03-02.json",
    "manifests/source=acme/dt=2026-03-02.1.json",
    "manifests/source=acme/dt=2026-03-02.02.json",
    "manifests/source=acme/.dt=2026-03-02.json",
    "manifests/source=acme/x/dt=2026-03-02.json",
    "manifests/source=acme/dt=2026-03-02.json.bak",
    "manifests/source=acme/dt=2026-3-2.json",
  ])("are no other: %s", (key) => {
    expect(parseManifestKey("acme", key)).toBeUndefined();
  });
});

describe("the manifests of a source", () => {
  it("are listed by day, then by revision, not as their names sort", async () => {
    for (const revision of [10, 2, 1]) await seal(DAY, revision);
    await seal("2026-03-01");
    await seal("2026-03-03", 1, "other");
    await store.put("manifests/source=acme/notes.txt", Buffer.from(""));

    const found = await listManifests(store, "acme");

    expect(found.map(({ day, revision }) => `${day}.${revision}`)).toEqual([
      "2026-03-01.1",
      "2026-03-02.1",
      "2026-03-02.2",
      "2026-03-02.10",
    ]);
    expect(inOrder(found.toReversed())).toEqual(found);
    expect(await sealedDays(store, "acme")).toEqual(["2026-03-01", DAY]);
  });

  it("have a newest revision a day; none where the day is not sealed", async () => {
    for (const revision of [1, 2, 10]) await seal(DAY, revision);
    expect(await newestRevision(store, "acme", DAY)).toBe(10);
    expect(await newestRevision(store, "acme", "2026-03-01")).toBe(0);
  });
});

describe("an addendum", () => {
  it("is noted with the manifest that it amends, the same each time", async () => {
    await seal(DAY);
    await noteAddendum(store, GUARD, "acme", { day: DAY, revision: 1 });
    await noteAddendum(store, GUARD, "acme", { day: DAY, revision: 1 });

    const note = Buffer.from(await store.get(addendumKey("acme", DAY, 2))).toString();
    const amends = createHash("sha256").update(`${DAY}.1`).digest("hex");
    expect(JSON.parse(note)).toEqual({ version: 1, source: "acme", day: DAY, revision: 2, amends });
  });

  it("is open until a manifest seals it", async () => {
    await seal("2026-03-01");
    await seal(DAY);
    const open = async () => daysWithAddenda(store, "acme", await listManifests(store, "acme"));
    expect(await open()).toEqual([]);
    await noteAddendum(store, GUARD, "acme", { day: DAY, revision: 1 });
    await noteAddendum(store, GUARD, "acme", { day: "2026-03-01", revision: 1 });
    expect(await open()).toEqual(["2026-03-01", DAY]);
    await seal(DAY, 2);
    expect(await open()).toEqual(["2026-03-01"]);
    await noteAddendum(store, GUARD, "acme", { day: DAY, revision: 2 });
    expect(await open()).toEqual(["2026-03-01", DAY]);
  });
});
