import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { alertKey, encodeAlert } from "../../lib/archive/alert-object.ts";
import { AlertLog } from "../../lib/detect/alert-log.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import { ALERTS_COLUMNS } from "../../lib/sql/alerts-view.ts";
import { makeAlert } from "../detect/make-alert.ts";

const ALERT = makeAlert("intune-disabled/grid/2026-01-05T10:00:00Z/a");
const HELD = {
  ...makeAlert("intune-disabled/grid/2026-01-05T10:00:00Z/b"),
  suppression: { reason: "Migration", owner: "sec", expires: "2027-01-01" },
};

let directory: string;
let store: DirectoryArchiveStore;
let lake: LakeDatabase;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "audit-lake-alerts-"));
  store = new DirectoryArchiveStore(directory);
  for (const alert of [ALERT, HELD]) await new AlertLog(store).keep(alert);
  lake = await openLake(directory);
});
afterAll(async () => {
  lake.close();
  await rm(directory, { recursive: true });
});

it("has a row for each alert, in the columns that it names", async () => {
  const { columns, rows } = await lake.query("SELECT * FROM alerts ORDER BY id");
  expect(columns).toEqual(ALERTS_COLUMNS.map(({ name }) => name));
  const row = (index: number) =>
    Object.fromEntries(columns.map((name, i) => [name, String(rows[index]?.[i])]));
  expect(row(0)).toMatchObject({
    ...{ id: ALERT.id, rule: "intune-disabled", severity: "high", title: ALERT.title },
    ...{ first_time: "2026-01-05 10:30:00", last_time: "2026-01-05 10:30:00" },
    ...{ action: "intune_disabled", actor_id: ALERT.entry.actorId, entry_id: ALERT.entry.id },
    ...{ entries: "1", suppressed_because: "null", object_key: ALERT.objectKey },
    ...{ line: JSON.stringify(ALERT), source: "grid", dt: "2026-01-05" },
  });
  expect(row(1)).toMatchObject({ id: HELD.id, suppressed_because: "Migration" });
});

it("is among the files that a query may read", async () => {
  const told: object[] = [];
  using lake = await openLake(directory, { onProgress: (progress) => told.push(progress) });

  await lake.read("SELECT id FROM alerts", async () => {
    await vi.waitUntil(() => told.length > 0);
  });

  expect(told[0]).toEqual({ files: 2 });
});

it("refuses an alert that is not the one of its name", async () => {
  const other = makeAlert("other");
  await store.put(alertKey({ ...other, id: "altered" }), encodeAlert(other));
  await expect(lake.query("SELECT count(*) FROM alerts WHERE id <> 'x'")).rejects.toThrow(
    "it is not the alert that its name says",
  );
});
