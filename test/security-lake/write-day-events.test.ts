import { beforeAll, describe, expect, it } from "vitest";
import { ListedEntries } from "../../lib/archive/entry-rows.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { encodeManifest, parseManifest } from "../../lib/seal/manifest.ts";
import {
  DayEventsError,
  daysWithoutEvents,
  type EventStore,
  marksOf,
  writeDayEvents,
} from "../../lib/security-lake/write-day-events.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { openArchive } from "../fakes/open-archive.ts";
import { exampleContext } from "../ocsf/example-context.ts";
import { exampleLines, knownActions } from "../ocsf/example-lines.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { makeDirectory } from "../sql/open-lake-of.ts";
import { countCalls, killed } from "./killed-stores.ts";
import { MemoryEventStore } from "./memory-event-store.ts";
import { readEvents } from "./read-events.ts";

const SOURCE = "acme";
/** Of the examples. */
const DAY = "2026-08-25";
const LINES = exampleLines([...knownActions(), "an_action_of_tomorrow"]);
const JOB = {
  source: SOURCE,
  day: DAY,
  version: "1.5.0",
  place: { region: "eu-central-1", accountId: "111122223333" },
} as const;
const clock = { nowMs: () => 0, sleep: async () => {} };
const NO_DEADLINE = Number.POSITIVE_INFINITY;

/** Two objects an hour that overlap: every other entry came late. */
async function fill(store: ArchiveStore, lines: readonly string[] = LINES): Promise<void> {
  const archive = openArchive(store, SOURCE);
  for (const rest of [0, 1]) {
    const entries = lines
      .filter((_, index) => index % 2 === rest)
      .map((line) => {
        const { id, date_create } = JSON.parse(line);
        return { id, dateCreate: date_create, bytes: Buffer.from(line) };
      });
    await archive.store(new ListedEntries(entries.reverse()));
  }
}

const write = (archive: ArchiveStore, events: EventStore, deadlineMs = NO_DEADLINE) =>
  writeDayEvents({ archive, events, clock }, JOB, deadlineMs);
const due = async (archive: ArchiveStore, events: EventStore) =>
  daysWithoutEvents(archive, await marksOf(events, SOURCE, "1.5.0"), SOURCE, "1.5.0");

let archive: MemoryArchiveStore;
let whole: MemoryEventStore;
beforeAll(async () => {
  archive = new MemoryArchiveStore();
  whole = new MemoryEventStore();
  await fill(archive);
  await sealDays(archive, SOURCE, [DAY]);
  expect(await write(archive, whole)).toEqual({ isDone: true, entries: LINES.length });
});

describe("the events of a sealed day", () => {
  it("are a file a class, in the form of a custom source of Security Lake", () => {
    const folders = whole.files().map((key) => key.slice(0, key.lastIndexOf("/")));

    expect(folders).toEqual(
      [2004, 2006, 3001, 3002, 3004, 3005, 3006, 6001, 6002, 6003, 6006].map(
        (uid) =>
          `ext/slack-${uid}/1.5.0/region=eu-central-1/accountId=111122223333/eventDay=20260825`,
      ),
    );
  });

  it("are as many a class as SQL counts over the archive, each once, with its exact line", async () => {
    const directory = await makeDirectory();
    const store = new DirectoryArchiveStore(directory);
    await fill(store);
    const lake = await openLake(directory);
    const { rows } = await lake.query(
      "SELECT class_uid, count(*) AS events FROM audit_logs_ocsf GROUP BY class_uid ORDER BY class_uid",
    );
    lake.close();

    expect(await readEvents(whole, "class_uid, count(*) AS events", "GROUP BY class_uid")).toEqual(
      rows.map(([uid, events]) => [uid, String(events)]),
    );
    const lines = await readEvents(whole, "raw_data");
    expect(lines.flat().sort()).toEqual(LINES.toSorted());
  });

  it("are ascending by time in each file, under zstd, and typed", async () => {
    expect(
      await readEvents(
        whole,
        `count(*) FILTER (time < before)`,
        "",
        "(SELECT *, lag(time) OVER (PARTITION BY filename ORDER BY file_row_number) AS before FROM events)",
      ),
    ).toEqual([["0"]]);
    expect(
      await readEvents(whole, "DISTINCT compression", "", "parquet_metadata(getvariable('files'))"),
    ).toEqual([["ZSTD"]]);
    expect(
      await readEvents(
        whole,
        "metadata.product.name, actor.user.email_addr, unmapped['context.location.domain'], privileges[1], entity.data, finding_info.created_time = time",
        "WHERE metadata.event_code IN ('app_scopes_expanded', 'anomaly') ORDER BY metadata.event_code",
      ),
    ).toEqual([
      ["Slack", "bo@example.com", "example", null, null, true],
      ["Slack", "bo@example.com", "example", expect.any(String), null, null],
    ]);
  });

  it("are all there, and nothing else, wherever the writing was killed", async () => {
    // Of three classes: each call is a kill before it and one after it.
    const small = new MemoryArchiveStore();
    await fill(small, ["user_login", "file_shared", "anomaly", "file_shared"].map(exampleOf));
    await sealDays(small, SOURCE, [DAY]);
    const uninterrupted = new MemoryEventStore();
    const kills = await countCalls(write, small, uninterrupted);
    expect(uninterrupted.files()).toHaveLength(3);
    expect(kills).toBeGreaterThan(20);
    for (const moment of ["before", "after"] as const) {
      for (let at = 1; at <= kills; at++) {
        const events = new MemoryEventStore();
        await expect(write(...killed(small, events, at, moment))).rejects.toThrow("killed");
        await write(small, events);
        expect(events.objects).toEqual(uninterrupted.objects);
      }
    }
  });

  it("are not written again", async () => {
    expect(await write(archive, whole)).toEqual({ isDone: true, entries: 0 });
  });

  it("are without parts that were begun when an action was of another class", async () => {
    const events = new MemoryEventStore();
    const [file = ""] = whole.files();
    const stale = file.replace(/[0-9a-f]{16}(?=\.zstd)/, "0".repeat(16));
    await events.put(stale, Buffer.from("begun"));
    await write(archive, events);

    expect(events.files()).toEqual(whole.files());
  });
});

it("an addendum's entries are added, and no others", async () => {
  const store = new MemoryArchiveStore();
  const events = new MemoryEventStore();
  await fill(store, LINES.slice(0, 10));
  await sealDays(store, SOURCE, [DAY]);
  await write(store, events);
  const first = events.files();
  await fill(store, LINES.slice(10, 14));
  await sealAgain(store);

  expect(await due(store, events)).toEqual([DAY]);
  expect(await write(store, events)).toEqual({ isDone: true, entries: 4 });
  expect(events.files()).toEqual(expect.arrayContaining(first));
  const lines = await readEvents(events, "raw_data");
  expect(lines.flat().sort()).toEqual(LINES.slice(0, 14).sort());
});

it("says of the address what local files say", async () => {
  const store = new MemoryArchiveStore();
  const events = new MemoryEventStore();
  await fill(store, [exampleOf("user_login", 0)]);
  await sealDays(store, SOURCE, [DAY]);
  await writeDayEvents(
    { archive: store, events, clock, context: exampleContext() },
    JOB,
    NO_DEADLINE,
  );

  expect(
    await readEvents(events, "src_endpoint.location.country, enrichments[1].data::JSON->>'lists'"),
  ).toEqual([["DE", '["Tor exits"]']]);
});

it("goes on in the next call, when the time is over, and writes a part in each", async () => {
  const store = new MemoryArchiveStore();
  const events = new MemoryEventStore();
  await fill(store, LINES.slice(0, 10));
  await sealDays(store, SOURCE, [DAY]);
  await fill(store, LINES.slice(10, 14));
  await sealAgain(store);

  expect(await write(store, events, 1)).toEqual({ isDone: false, entries: 10 });
  expect(await due(store, events)).toEqual([DAY]);
  expect(await write(store, events, 1)).toEqual({ isDone: true, entries: 4 });
  expect(await due(store, events)).toEqual([]);
});

it("writes nothing of a day that is not sealed, and refuses one whose lines are not what was sealed", async () => {
  const store = new MemoryArchiveStore();
  const none = new MemoryEventStore();
  await fill(store, LINES.slice(0, 10));
  expect(await write(store, none)).toEqual({ isDone: true, entries: 0 });
  expect(none.objects).toEqual(new Map());
  await sealDays(store, SOURCE, [DAY]);
  const [key = ""] = [...store.objects.keys()].filter((name) => name.startsWith("audit_logs/"));
  store.objects.set(key, Buffer.from("changed"));
  await expect(write(store, new MemoryEventStore())).rejects.toThrow(DayEventsError);
  await expect(write(store, new MemoryEventStore())).rejects.toThrow("is not what was sealed");
  store.objects.delete(key);
  await expect(write(store, new MemoryEventStore())).rejects.toThrow("is missing");
});

/** The day's second manifest, with what is there now. */
async function sealAgain(store: MemoryArchiveStore): Promise<void> {
  const first = store.objects.get(manifestKey(SOURCE, DAY)) ?? Buffer.of();
  store.objects.delete(manifestKey(SOURCE, DAY));
  await sealDays(store, SOURCE, [DAY]);
  const all = store.objects.get(manifestKey(SOURCE, DAY)) ?? Buffer.of();
  store.objects.set(manifestKey(SOURCE, DAY), first);
  const manifest = parseManifest(manifestKey(SOURCE, DAY), all);
  store.objects.set(
    manifestKey(SOURCE, DAY, 2),
    encodeManifest({ ...manifest, revision: 2, amends: "0".repeat(64) }),
  );
}

function exampleOf(action: string, index: number): string {
  const [line = ""] = exampleLines([action]);
  return JSON.stringify({ ...JSON.parse(line), id: `${index}`, date_create: 1787671500 + index });
}
