import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import type { Alert } from "../../lib/detect/alert.ts";
import { isCorrelation } from "../../lib/detect/correlation.ts";
import { detectArchive } from "../../lib/detect/detect-archive.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import type { DetectorSettings } from "../../lib/detect/detector.ts";
import { exampleContext } from "../../lib/detect/example-entry.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import { Suppressions } from "../../lib/detect/suppressions.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { writeDayAsParquet } from "../../lib/local/parquet-columns.ts";
import { ParquetEntryFinder } from "../../lib/local/parquet-entry-finder.ts";
import { SECONDS_PER_HOUR, startOfDay } from "../../lib/time.ts";
import { mutateEntry } from "../detect/mutate-entry.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";

const DAYS = ["2026-03-02", "2026-03-03", "2026-03-06", "2026-03-07", "2026-03-12"];
const IN_COLUMNS = ["2026-03-02", "2026-03-03", "2026-03-07", "2026-03-12"];
/** After it was put into columns, more was stored for this day. */
const WITH_LATE = "2026-03-12";
const SOURCE = "grid";
const HOURS_A_DAY = 5;
const ENTRIES_AN_OBJECT = 80;

const EXAMPLES = DETECTIONS.flatMap((detection) =>
  isCorrelation(detection)
    ? detection.examples.match.flatMap(({ entries }) => entries.slice(0, 3))
    : detection.examples.match.map(({ entry }) => entry),
);
const FREQUENT = EXAMPLES.filter(({ action }) =>
  /^(?:user_login|user_login_failed|file_downloaded|file_uploaded|guest_created|user_deactivated|anomaly)$/.test(
    action,
  ),
);

/** Some of these have odd values; those of others would make columns unsure of sequences. */
const isOdd = /^(?:user_login|file_uploaded|role_change_to_admin|ekm_)/;

/** Subjects that are few, numbers as texts and as numbers among them. */
const ACTORS = ["U1", "U2", "U3", "17", 17, 123456789012345680000, "U4", "U5", "U6"];

class MadeUp {
  readonly #random = new SeededRandom(7);
  #id = 0;

  /** Texts of entries of an object; several in some seconds. */
  *object(start: number, seconds: number): Generator<{ dateCreate: number; text: string }> {
    const random = this.#random;
    for (let count = 0; count < ENTRIES_AN_OBJECT; count += 1) {
      const dateCreate = start + random.integer(0, seconds - 1);
      if (random.chance(0.8)) {
        yield this.#ordinary(dateCreate);
        continue;
      }
      const example = random.pick(
        (random.chance(0.7) ? FREQUENT : EXAMPLES) as [(typeof EXAMPLES)[number]],
      );
      const odd =
        isOdd.test(example.action) && random.chance(0.3)
          ? mutateEntry(example, random, [example.action])
          : example;
      const entry = structuredClone(odd) as unknown as Record<string, unknown>;
      this.#id += 1;
      const id = `${random.integer(100, 999)}-${this.#id}`;
      const rest = { ...entry, action: example.action } as Record<string, unknown>;
      const user = { id: random.pick<unknown>(ACTORS as [unknown]), name: "Ada" };
      if (random.chance(0.9)) rest.actor = { type: "user", user };
      const { context } = entry as { context?: object };
      rest.context = {
        ...context,
        ip_address: random.pick(["198.51.100.4", "203.0.113.9", "192.0.2.7", "2001:db8::5"]),
        session_id: random.pick<unknown>([1, 2, "2", "3"]),
        ...(random.chance(0.5) ? { ua: random.pick(["", "Mozilla/5.0"]) } : {}),
      };
      const { id: _, date_create, ...others } = rest;
      const ordered = random.chance(0.97)
        ? { id, date_create: dateCreate, ...others }
        : { ...others, date_create: dateCreate, id };
      yield { dateCreate, text: JSON.stringify(ordered) };
    }
  }

  /** Of an action that rules ask for, by someone who does nothing else. */
  #ordinary(dateCreate: number): { dateCreate: number; text: string } {
    this.#id += 1;
    const id = `${this.#random.integer(100, 999)}-${this.#id}`;
    const action = this.#random.pick(["file_downloaded", "user_channel_join", "file_uploaded"]);
    const actor = { type: "user", user: { id: `W${this.#id}` } };
    const context = { session_id: 1e12 + this.#id, ua: "Slack", ip_address: "198.51.100.4" };
    return {
      dateCreate,
      text: JSON.stringify({ id, date_create: dateCreate, action, actor, context }),
    };
  }
}

async function put(
  store: DirectoryArchiveStore,
  texts: Iterable<{ dateCreate: number; text: string }>,
): Promise<void> {
  const entries = Array.from(texts, ({ dateCreate, text }) => ({
    id: JSON.parse(text).id as string,
    dateCreate,
    bytes: Buffer.from(text),
  }));
  const { key, body } = await encodeObject(SOURCE, entries);
  await store.put(key, body);
}

/** A rule of one's own, of which nothing says what it reads. */
const OWN: Rule = {
  ...(DETECTIONS.find(({ id }) => id === "password-reset-by-admin") as Rule),
  id: "own",
  actions: ["user_login_failed", "no_such_action"],
  matches: ({ details }) => details === undefined,
};

/** A guest of whom columns have the id that a message beside it would have. */
const GUEST_BESIDE_MESSAGE = [
  {
    action: "guest_created",
    actor: { type: "user", user: { id: "W1" } },
    entity: {
      type: "user",
      user: { channel: "C1", timestamp: "1.2" },
      message: { channel: "C2", timestamp: "3.4" },
    },
  },
  ...["F1", "F2", "F3", "F4", "F5", "F6"].map((id) => ({
    action: "file_downloaded",
    actor: { type: "user", user: { id: "C1/1.2" } },
    entity: { type: "file", file: { id } },
  })),
];

/** Whom rules know by one name: what is too large for a number reads as `Infinity`. */
const TOO_LARGE_A_NUMBER = [
  '"action":"user_deactivated","entity":{"type":"user","user":{"id":1e400}}',
  '"action":"user_login","actor":{"type":"user","user":{"id":"Infinity"}}',
];

const DELETED = `"action":"message_tombstoned","actor":{"type":"user","user":{"id":"\\ud83d\\ude00"}}`;
const SILENT = `"action":"user_login","actor":{"type":"user","user":{"id":"W2"}},"context":{"ua":""}`;

/**
 * Lines by their seconds in the hour: one person whose id columns do not have where half a pair
 * stands beside it, and sign-ins that say two times, of which they were stored by the last.
 */
const ODD_LINES: [seconds: number, fields: (start: number) => string][] = [
  [100, (start) => `"date_create":${start + 100},${DELETED},"context":{"ua":"x"}`],
  [101, (start) => `"date_create":${start + 101},${DELETED},"context":{"ua":"\\ud800"}`],
  [300, (start) => `"date_create":${start + 310},${SILENT},"date_create":${start + 300}`],
  [305, (start) => `"date_create":${start + 305},${SILENT}`],
  [306, (start) => `"date_create":${start + 304},${SILENT},"date_cre\\u0061te":${start + 306}`],
  [310, (start) => `"date_create":${start + 310},${SILENT}`],
];

const FEW = Object.fromEntries(
  DETECTIONS.filter(isCorrelation).flatMap(({ id, steps }) => {
    const counted = steps.some(({ atLeast = 1 }) => atLeast > 1);
    return counted ? [[id, { atLeast: 2 + (id.length % 3) }]] : [];
  }),
);

const SETTINGS: DetectorSettings = {
  rules: [...DETECTIONS, OWN],
  overrides: FEW,
  context: exampleContext(),
  periodSeconds: 3600,
};

describe("ParquetEntryFinder", () => {
  let directory = "";
  let store: DirectoryArchiveStore;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "audit-lake-finder-"));
    store = new DirectoryArchiveStore(directory);
    const madeUp = new MadeUp();
    for (const day of DAYS) {
      for (let index = 0; index < HOURS_A_DAY; index += 1) {
        const hour = startOfDay(day) + 5 * index * SECONDS_PER_HOUR;
        // Some hours have several objects, some of which share seconds.
        const step = index % 3 === 2 ? 600 : 1200;
        for (let part = 0; part < (index % 3) + 1; part += 1) {
          await put(store, madeUp.object(hour + part * step, 1200));
        }
      }
    }
    const start = startOfDay("2026-03-02") + 3 * SECONDS_PER_HOUR;
    await put(
      store,
      GUEST_BESIDE_MESSAGE.map((entry, index) => ({
        dateCreate: start + index,
        text: JSON.stringify({ id: `guest-${index}`, date_create: start + index, ...entry }),
      })),
    );
    await put(
      store,
      TOO_LARGE_A_NUMBER.map((rest, index) => {
        const dateCreate = start + 60 + index;
        return { dateCreate, text: `{"id":"large-${index}","date_create":${dateCreate},${rest}}` };
      }),
    );
    const odd = startOfDay("2026-03-07") + 4 * SECONDS_PER_HOUR;
    await put(
      store,
      ODD_LINES.map(([seconds, fields], index) => ({
        dateCreate: odd + seconds,
        text: `{"id":"odd-${index}",${fields(odd)}}`,
      })),
    );
    await sealDays(store, SOURCE, DAYS);
    for (const day of IN_COLUMNS) await writeDayAsParquet(directory, SOURCE, day);
    await put(store, madeUp.object(startOfDay(WITH_LATE), 600));
  });

  afterAll(() => rm(directory, { recursive: true }));

  async function detect(
    settings: DetectorSettings,
    options: { from?: number; until?: number; finder?: ParquetEntryFinder },
  ) {
    const alerts: Alert[] = [];
    const read: string[] = [];
    const counting = {
      list: (prefix: string) => store.list(prefix),
      get: (key: string) => {
        read.push(key);
        return store.get(key);
      },
    };
    const findings = await detectArchive(counting, settings, {
      ...options,
      onAlert: (alert) => alerts.push(alert),
    });
    return { findings, alerts, read };
  }

  it.each([
    ["without a context", { ...SETTINGS, context: { ownAppIds: [], ownInstallerIds: [] } }, {}],
    [
      "with suppressions",
      {
        ...SETTINGS,
        suppressions: new Suppressions([
          {
            rule: "many-files-downloaded",
            actor: "U3",
            reason: "r",
            owner: "o",
            expires: "2027-01-01",
          },
          {
            rule: "many-failed-logins",
            actor: "U1",
            reason: "r",
            owner: "o",
            expires: "2026-03-03",
          },
          { rule: "empty-user-agent", actor: "U2", reason: "r", owner: "o", expires: "2027-01-01" },
        ]),
      },
      {},
    ],
    [
      "a part of the time",
      SETTINGS,
      { from: startOfDay("2026-03-02") + 7000, until: startOfDay("2026-03-03") + 40_000 },
    ],
  ] as [string, DetectorSettings, { from?: number; until?: number }][])(
    "leads to the alerts that all lines give: %s",
    async (_, settings, range) => {
      const all = await detect(settings, range);
      const found = await detect(settings, { ...range, finder: new ParquetEntryFinder(directory) });
      expect(found.findings).toEqual(all.findings);
      expect(found.alerts).toEqual(all.alerts);
      expect(all.alerts.length).toBeGreaterThan(3);
      const guests = all.alerts.filter(({ ruleId }) => ruleId === "guest-invited-then-downloads");
      expect(guests).not.toEqual([]);
      expect(JSON.stringify(all.alerts)).toContain('"large-1"');
      expect(found.read.length).toBeLessThan(all.read.length);
    },
  );
});
