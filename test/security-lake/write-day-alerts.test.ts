import { beforeEach, describe, expect, it } from "vitest";
import { alertKey } from "../../lib/archive/alert-object.ts";
import type { Alert } from "../../lib/detect/alert.ts";
import { AlertLog } from "../../lib/detect/alert-log.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { daysWithoutFindings, writeDayAlerts } from "../../lib/security-lake/write-day-alerts.ts";
import {
  DayEventsError,
  type EventStore,
  marksOf,
} from "../../lib/security-lake/write-day-events.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { countCalls, killed } from "./killed-stores.ts";
import { MemoryEventStore } from "./memory-event-store.ts";
import { readEvents } from "./read-events.ts";

const SOURCE = "grid";
const DAY = "2026-01-05";
const NEXT_DAY_MS = Date.UTC(2026, 0, 6, 3);
const JOB = {
  source: SOURCE,
  day: DAY,
  version: "1.5.0",
  place: { region: "eu-central-1", accountId: "111122223333" },
} as const;
const clockAt = (nowMs: number) => ({ nowMs: () => nowMs });
const clock = clockAt(NEXT_DAY_MS);

const alertOf = (name: string, more: Partial<Alert> = {}) =>
  makeAlert(`intune-disabled/grid/2026-01-05T10:00:00Z/${name}`, more);
const suppression = { reason: "test", owner: "soc", expires: "2026-12-31" };
const ALERTS = [
  alertOf("0", { title: "Zoë 漢字 🦊", line: '{"name":"Zoë 漢字 🦊"}' }),
  alertOf("1"),
  alertOf("1", { suppression }),
  // Of a period that is longer than a day: its last entry is of the next.
  alertOf("2", { lastTime: "2026-01-06T01:00:00Z" }),
];

let archive: MemoryArchiveStore;
let events: MemoryEventStore;
beforeEach(async () => {
  archive = new MemoryArchiveStore();
  events = new MemoryEventStore();
  await log(ALERTS);
});

async function log(alerts: readonly Alert[]): Promise<void> {
  for (const alert of alerts) await new AlertLog(archive).keep(alert);
}

const write = (from: ArchiveStore, to: EventStore, deadlineMs = Number.POSITIVE_INFINITY) =>
  writeDayAlerts({ archive: from, events: to, clock }, JOB, deadlineMs);
const due = async (at = clock) => {
  const marks = await marksOf(events, SOURCE, "1.5.0");
  return daysWithoutFindings({ archive, clock: at }, marks, SOURCE, "1.5.0");
};

describe("the alerts of a day", () => {
  it("are findings in the form of Security Lake, by the day of their last entry", async () => {
    expect(await write(archive, events)).toEqual({ isDone: true, alerts: ALERTS.length });

    const folder = "ext/slack-2004/1.5.0/region=eu-central-1/accountId=111122223333";
    expect(events.files().map((key) => key.replace(/[0-9a-f]{16}(?=\.)/, "HASH"))).toEqual([
      `${folder}/eventDay=20260105/grid_alerts_HASH.zstd.parquet`,
      `${folder}/eventDay=20260106/grid_alerts_HASH.zstd.parquet`,
    ]);
    expect(
      await readEvents(
        events,
        "metadata.uid, status, class_uid, finding_info.analytic.uid, count, message, raw_data",
        "ORDER BY metadata.uid, status",
      ),
    ).toEqual(
      [0, 1, 2, 3].map((index) => [
        ALERTS[index]?.id,
        index === 2 ? "Suppressed" : "New",
        2004,
        "intune-disabled",
        1,
        ALERTS[index]?.title,
        ALERTS[index]?.line,
      ]),
    );
  });

  it("are written when the day is over, once", async () => {
    expect(await due(clockAt(Date.UTC(2026, 0, 5, 23, 59)))).toEqual([]);
    expect(await due()).toEqual([DAY]);
    await write(archive, events);
    const written = new Map(events.objects);

    expect(await due()).toEqual([]);
    expect(await write(archive, events)).toEqual({ isDone: true, alerts: 0 });
    await log(ALERTS.slice(0, 1)); // raised again
    expect(await due()).toEqual([]);
    expect(events.objects).toEqual(written);
  });

  it("are added when they are logged later, and no others", async () => {
    await write(archive, events);
    const before = events.files();
    await log([alertOf("late")]);

    expect(await due()).toEqual([DAY]);
    expect(await write(archive, events)).toEqual({ isDone: true, alerts: 1 });
    expect(await due()).toEqual([]);
    expect(events.files()).toEqual(expect.arrayContaining(before));
    expect(await readEvents(events, "count(*)")).toEqual([[String(ALERTS.length + 1)]]);
  });

  it("are each there once, wherever the writing was killed, also if one more was logged then", async () => {
    const alerts = ALERTS.slice(2); // each more is a call more
    archive.objects.clear();
    await log(alerts);
    const kills = await countCalls(write, archive, new MemoryEventStore());
    expect(kills).toBeGreaterThan(8);
    const late = alertOf("late");
    const all = new MemoryEventStore();
    for (const moment of ["before", "after"] as const) {
      for (let at = 1; at <= kills; at++) {
        archive.objects.delete(alertKey(late));
        const store = new MemoryEventStore();
        await expect(write(...killed(archive, store, at, moment))).rejects.toThrow("killed");
        await log([late]);
        await write(archive, store);
        expect(keysInBatches(store)).toEqual([...alerts, late].map(alertKey).sort());
        for (const key of store.files()) {
          const path = key.replace("ext/", `ext/killed-${moment}-${at}/`);
          await all.put(path, await store.get(key));
        }
      }
    }
    const counts = await readEvents(
      all,
      "count(*) AS rows, count(DISTINCT (metadata.uid, status)) AS alerts",
      "GROUP BY regexp_extract(filename, 'killed-[^/]+')",
    );
    expect(counts).toEqual(Array(2 * kills).fill(["3", "3"]));
  });

  it("are each there once, when two write them that do not see the same ones", async () => {
    const late = alertOf("late");
    // The second lists after the first has listed, and notes before it.
    const first: EventStore = Object.assign(Object.create(events), {
      put: async (key: string, body: Uint8Array) => {
        if (key.endsWith("batch=1.json")) {
          await log([late]);
          await write(archive, events);
        }
        return events.put(key, body);
      },
      list: events.list.bind(events),
      get: events.get.bind(events),
    });
    await write(archive, first);

    expect(keysInBatches(events)).toEqual([...ALERTS, late].map(alertKey).sort());
    expect(await readEvents(events, "count(*)")).toEqual([[String(ALERTS.length + 1)]]);
    expect(await due()).toEqual([]);
  });

  it("are without those of other sources, and what is no alert", async () => {
    await log([makeAlert("x", { source: "grid-2" })]);
    await archive.put("alerts/source=grid/dt=2026-01-05/notes.txt", Buffer.from("x"));

    expect(await write(archive, events)).toEqual({ isDone: true, alerts: ALERTS.length });
  });
});

it("goes on in the next call, when the time is over, and writes a batch in each", async () => {
  await write(archive, events);
  const one = alertOf("0");
  const many = Array.from({ length: 1_001 }, (_, index) => ({ ...one, id: `${one.id}${index}` }));
  await log(many);

  expect(await write(archive, events, 1)).toEqual({ isDone: false, alerts: 1_000 });
  expect(await due()).toEqual([DAY]);
  expect(await write(archive, events, 1)).toEqual({ isDone: true, alerts: 1 });
  expect(await due()).toEqual([]);
});

it("refuses an alert that is not what was logged", async () => {
  const key = alertKey(alertOf("0"));
  archive.objects.set(key, Buffer.from("{}"));
  await expect(write(archive, events)).rejects.toThrow(DayEventsError);
  await expect(write(archive, events)).rejects.toThrow(`${key}: it is not an alert`);
});

/** What the notes say, ascending. */
function keysInBatches(store: MemoryEventStore): string[] {
  return [...store.objects]
    .filter(([key]) => /\/batch=\d+\.json$/.test(key))
    .flatMap(([, body]) => JSON.parse(Buffer.from(body).toString()).keys)
    .sort();
}
