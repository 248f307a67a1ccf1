import { rm } from "node:fs/promises";
import { expect, it, onTestFinished } from "vitest";
import { Organization } from "../../fake-slack/organization.ts";
import { ListedEntries } from "../../lib/archive/entry-rows.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { createDatabase } from "../../lib/local/duckdb.ts";
import { CLASS_NAMES } from "../../lib/ocsf/classes.ts";
import { columnsOf } from "../../lib/ocsf/columns.ts";
import { classLocation } from "../../lib/security-lake/event-key.ts";
import { writeDayEvents } from "../../lib/security-lake/write-day-events.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { openArchive } from "../../test/fakes/open-archive.ts";
import { exampleLines, knownActions } from "../../test/ocsf/example-lines.ts";
import { sealDays } from "../../test/seal/sealed-archive.ts";
import { MemoryEventStore } from "../../test/security-lake/memory-event-store.ts";
import { makeDirectory } from "../../test/sql/open-lake-of.ts";
import { MOTO_REGION } from "../moto/moto.ts";
import { fillDays } from "./fill.ts";
import { deployEvents, SOURCE } from "./lake.ts";

/** Of the examples. */
const DAY = "2026-08-25";
const VERSION = "1.5.0";
/** More events of one class than a group of rows has. */
const ENTRIES_PER_WEEK = 250_000;

/** Every column of every event, as JSON, in one order. */
type Events = Record<string, unknown>[];

it("has DuckDB's rows of the events of a sealed day, over every table of a class", async () => {
  const events = await writeEvents();
  const place = { bucket: "ocsf", version: VERSION, firstDay: DAY } as const;
  const trino = await deployEvents(events, place);
  const directory = await makeDirectory();
  await events.writeTo(directory);
  const database = await createDatabase();
  onTestFinished(() => database.closeSync());
  const connection = await database.connect();

  let compared = 0;
  for (const className of CLASS_NAMES) {
    const columns = Object.keys(columnsOf(className));
    const files = `${directory}/${classLocation(className, VERSION)}region=*/accountId=*/eventDay=20260825/*`;
    const local = await connection.runAndReadAll(
      `SELECT ${columns.map((name) => `to_json("${name}")::VARCHAR`).join(", ")}
        FROM read_parquet('${files}') ORDER BY raw_data, time`,
    );
    const found = await trino.query(
      `SELECT ${columns.map((name) => `json_format(CAST("${name}" AS JSON))`).join(", ")}
        FROM ocsf_${className} WHERE eventday = '20260825' ORDER BY raw_data, time`,
    );
    const expected = toEvents(columns, local.getRowsJson());
    expect(found.rows.length, className).toBe(expected.length);
    expect(toEvents(columns, found.rows), className).toEqual(expected);
    compared += expected.length;

    const times = "min(time), max(time), count(*)";
    const { rows } = await trino.query(
      `SELECT ${times} FROM ocsf_${className} WHERE eventday = '20260825' AND time >= 1787670000000`,
    );
    const same = await connection.runAndReadAll(
      `SELECT ${times} FROM read_parquet('${files}') WHERE time >= 1787670000000`,
    );
    expect(rows.flat().map(String), className).toEqual(same.getRowsJson().flat().map(String));
  }
  expect(compared).toBeGreaterThan(30_000);
});

/** A day of the made-up organization, with every action besides, sealed and written as the function does. */
async function writeEvents(): Promise<MemoryEventStore> {
  const directory = await fillDays(new Organization({ entriesPerWeek: ENTRIES_PER_WEEK }), [DAY]);
  onTestFinished(() => rm(directory, { recursive: true }));
  const archive = new DirectoryArchiveStore(directory);
  const entries = exampleLines([...knownActions(), "an_action_of_tomorrow"]).map((line) => {
    const { id, date_create } = JSON.parse(line);
    return { id, dateCreate: date_create, bytes: Buffer.from(line) };
  });
  await openArchive(archive, SOURCE).store(new ListedEntries(entries.reverse()));
  await sealDays(archive, SOURCE, [DAY]);
  const events = new MemoryEventStore();
  const place = { region: MOTO_REGION, accountId: "123456789012" };
  await writeDayEvents(
    { archive, events, clock: systemClock },
    { source: SOURCE, day: DAY, version: VERSION, place },
    Number.POSITIVE_INFINITY,
  );
  return events;
}

function toEvents(columns: readonly string[], rows: readonly (readonly unknown[])[]): Events {
  return rows.map((row) =>
    Object.fromEntries(
      row.map((cell, at) => [columns[at], cell === null ? null : JSON.parse(String(cell))]),
    ),
  );
}
