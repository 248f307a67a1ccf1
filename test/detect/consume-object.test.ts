import { beforeEach, describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { type ConsumePorts, consumeObject } from "../../lib/detect/consume-object.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { exampleContext } from "../../lib/detect/example-entry.ts";
import type { Notification } from "../../lib/detect/ports.ts";
import { AlertsNotRaisedError, type Raised } from "../../lib/detect/raise-alerts.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import { SeenNames, seenName } from "../../lib/detect/seen-names.ts";
import { Suppressions } from "../../lib/detect/suppressions.ts";
import { ObjectMissingError } from "../../lib/ports.ts";
import { MemoryAlertLedger } from "../fakes/memory-alert-ledger.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { MemoryCorrelationStore } from "../fakes/memory-correlation-store.ts";
import { MemorySeenNamesStore } from "../fakes/memory-seen-names-store.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const DAY = 86_400;

let archive: MemoryArchiveStore;
let vocabulary: MemorySeenNamesStore;
let published: Notification[];
let ports: ConsumePorts;

beforeEach(() => {
  archive = new MemoryArchiveStore();
  vocabulary = new MemorySeenNamesStore();
  published = [];
  ports = {
    archive,
    detector: new Detector({ rules: RULES, context: NO_CONTEXT, periodSeconds: 3600 }),
    correlations: new MemoryCorrelationStore(),
    ledger: new MemoryAlertLedger(),
    sink: {
      publish: async (notification) => {
        published.push(notification);
      },
    },
    vocabulary: new SeenNames(vocabulary),
    clock: new VirtualClock(MONDAY_MORNING * 1000),
  };
});

async function store(...entries: WireEntry[]): Promise<string> {
  const { key, body } = await encodeObject(
    "grid",
    entries.map(({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) })),
  );
  await archive.put(key, body);
  return key;
}

function consume(key: string, createdAt = MONDAY_MORNING + 60) {
  const settings = { maxEntryAgeSeconds: 14 * DAY, owner: `attempt-${Math.random()}` };
  return consumeObject({ key, createdAt: createdAt * 1000 }, ports, settings);
}

describe("consumeObject", () => {
  it("keeps what is known of the addresses, each once, and nothing when nobody asks", async () => {
    const written: unknown[] = [];
    const context = exampleContext();
    ports.detector = new Detector({ rules: RULES, context, periodSeconds: 3600 });
    const key = await store(
      ...["192.0.2.10", "203.0.113.7", "192.0.2.10", null].map((ip_address, i) =>
        makeEntry({ dateCreate: MONDAY_MORNING + i, context: { ip_address } }),
      ),
    );
    await consume(key);
    ports.addressTable = {
      write: async (object, facts) => void written.push(object.source, facts),
    };
    await consume(key);
    expect(written).toEqual([
      "grid",
      [
        expect.objectContaining({ address: "192.0.2.10", country: "DE", network: "Office" }),
        expect.objectContaining({ address: "203.0.113.7", country: "BR", isKnownNetwork: false }),
      ],
    ]);
  });

  it("publishes no alert that a suppression holds back, and hands it over", async () => {
    const suppressions = new Suppressions([
      {
        ...{ rule: "intune-disabled", actor: "U0CHARLIE1" },
        ...{ reason: "Migration", owner: "sec", expires: "2027-01-01" },
      },
    ]);
    const settings = { rules: RULES, suppressions, context: NO_CONTEXT, periodSeconds: 3600 };
    ports.detector = new Detector(settings);
    const key = await store(makeEntry({ action: "intune_disabled" }));
    const consumed = await consume(key);
    expect(published).toEqual([]);
    expect((await consume(key)).withheld).toEqual([]);
    expect(consumed).toMatchObject({
      matches: 1,
      published: 0,
      withheld: [{ ruleId: "intune-disabled", suppression: { owner: "sec" } }],
    });
  });

  it("publishes what the rules say of the object's entries, and tells what it did", async () => {
    const key = await store(
      makeEntry(),
      makeEntry({ action: "intune_disabled", dateCreate: MONDAY_MORNING + 1 }),
      makeEntry({ action: "intune_disabled", dateCreate: MONDAY_MORNING + 2 }),
    );
    expect(await consume(key)).toMatchObject({
      entries: 3,
      matches: 2,
      published: 1,
      suppressed: 0,
      tooOld: false,
    });
    expect(published.map(({ data }) => data)).toEqual([
      expect.objectContaining({ ruleId: "intune-disabled", objectKey: key, entries: 2 }),
    ]);
  });

  it("publishes nothing twice when the event is delivered again", async () => {
    const key = await store(makeEntry({ action: "intune_disabled" }));
    await consume(key);
    expect(await consume(key)).toMatchObject({ matches: 1, published: 0, suppressed: 1 });
    expect(published).toHaveLength(1);
  });

  it("publishes nothing twice when a later object holds more of the same", async () => {
    const [first, second] = [
      await store(makeEntry({ action: "intune_disabled" })),
      await store(makeEntry({ action: "intune_disabled", dateCreate: MONDAY_MORNING + 900 })),
    ];
    await consume(first);
    expect(await consume(second)).toMatchObject({ published: 0, suppressed: 1 });
  });

  it("fails, for the event to come again, when the object cannot be read", async () => {
    const key = await store(makeEntry({ action: "intune_disabled" }));
    const body = await archive.get(key);
    archive.objects.delete(key);
    await expect(consume(key)).rejects.toThrow(ObjectMissingError);
    archive.objects.set(key, body.subarray(0, 20));
    await expect(consume(key)).rejects.toThrow(/not whole gzip/);
    archive.objects.set(key, body);
    expect(await consume(key)).toMatchObject({ published: 1 });
  });

  it("fails, for the event to come again, when an alert cannot be published, after all else is done", async () => {
    const suppressions = new Suppressions([
      { rule: "intune-disabled", actor: "U2", reason: "ours", owner: "sec", expires: "2027-01-01" },
    ]);
    const settings = { suppressions, context: NO_CONTEXT, periodSeconds: 3600 };
    ports.detector = new Detector({ rules: DETECTIONS, ...settings });
    ports.sink = {
      publish: async (notification) => {
        if (notification.attributes.ruleId === "intune-disabled") throw new Error("throttled");
        published.push(notification);
      },
    };
    const key = await store(
      makeEntry({ action: "intune_disabled" }),
      makeEntry({ action: "intune_disabled", actor: { id: "U2" } }),
      ...Array.from({ length: 10 }, () => makeEntry({ action: "user_login_failed" })),
    );
    const told: Raised[] = [];
    ports.onRaised = (raised) => void told.push(raised);
    const error: AlertsNotRaisedError = await consume(key).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AlertsNotRaisedError);
    expect(error).toMatchObject({
      ...{ retryable: true, cause: new Error("throttled") },
      message: expect.stringMatching(/0 claimed by another attempt, 1 failed/),
    });
    expect(told).toMatchObject([
      { published: 0, withheld: [{ ruleId: "intune-disabled" }] },
      { published: 1, withheld: [] },
    ]);
    expect(published.map(({ attributes }) => attributes.ruleId)).toEqual(["many-failed-logins"]);
    expect(vocabulary.sets.get(seenName("grid"))?.size).toBeGreaterThan(10);
  });

  it.each<[string, (failing: () => Promise<never>) => Partial<ConsumePorts>]>([
    [
      "correlations",
      (read) => ({
        correlations: { ...new MemoryCorrelationStore(), read, add: read, remove: read },
      }),
    ],
    ["words", (record) => ({ vocabulary: { record } as unknown as SeenNames })],
    ["addresses", (write) => ({ addressTable: { write } })],
  ])("tells once what it has raised, also when the store of %s fails once", async (_, failing) => {
    const suppressions = new Suppressions([
      { rule: "intune-disabled", actor: "U2", reason: "ours", owner: "sec", expires: "2027-01-01" },
    ]);
    const settings = { suppressions, context: exampleContext(), periodSeconds: 3600 };
    ports.detector = new Detector({ rules: DETECTIONS, ...settings });
    const told: Raised[] = [];
    ports.onRaised = (raised) => void told.push(raised);
    const key = await store(
      makeEntry({ action: "intune_disabled" }),
      makeEntry({ action: "intune_disabled", actor: { id: "U2" } }),
      makeEntry({ action: "user_login_failed" }),
    );
    const whole = ports;
    const throttled = new Error("throttled");
    ports = { ...whole, ...failing(() => Promise.reject(throttled)) };
    await expect(consume(key)).rejects.toBe(throttled);
    ports = whole;
    expect(await consume(key)).toMatchObject({ published: 0, suppressed: 1, withheld: [] });
    expect(told.flatMap(({ withheld }) => withheld.map(({ ruleId }) => ruleId))).toEqual([
      "intune-disabled",
    ]);
    const sum = told.reduce((total, { published }) => total + published, 0);
    expect(sum).toBe(published.length);
    expect(sum).toBe(1);
  });

  it("raises no alerts about history, and does not read it", async () => {
    const key = await store(makeEntry({ action: "intune_disabled" }));
    archive.objects.clear();
    const later = MONDAY_MORNING + 14 * DAY + 1;
    expect(await consume(key, later)).toMatchObject({ tooOld: true, entries: 0, published: 0 });
  });

  it("measures age when the object was written, so a late delivery still raises its alerts", async () => {
    const key = await store(makeEntry({ action: "intune_disabled" }));
    (ports.clock as VirtualClock).advance(27 * DAY * 1000);
    expect(await consume(key)).toMatchObject({ published: 1 });
  });

  it("keeps the words that stand in entries", async () => {
    const key = await store(makeEntry({ action: "brand_new_action", extra: { brand_new: 1 } }));
    expect((await consume(key)).newNames).toBeGreaterThan(10);
    expect((await consume(key)).newNames).toBe(0);
    expect([...(vocabulary.sets.get(seenName("grid")) ?? [])]).toEqual(
      expect.arrayContaining(["action:brand_new_action", "entity:user", "field:brand_new"]),
    );
  });

  it("raises the alerts of an object in which one entry is nested 8,000 deep", async () => {
    const deep = makeEntry({ action: "intune_disabled" });
    const details = `"details":${"[".repeat(8_000)}${"]".repeat(8_000)}`;
    const key = await store(
      { ...deep, text: deep.text.replace(/}$/, `,${details}}`) },
      makeEntry({ action: "intune_disabled", actor: { id: "W2" } }),
      makeEntry({ action: "role_change_to_admin" }),
    );
    const consumed = await consume(key);
    expect(consumed).toMatchObject({ entries: 3, matches: 3, unreadable: [] });
    expect(published).toHaveLength(consumed.published);
    expect(consumed.published).toBeGreaterThan(1);
  });

  it("refuses a key that is not one of audit logs", async () => {
    await expect(consume("quarantine/source=grid/x.json.gz")).rejects.toThrow(RangeError);
  });
});
