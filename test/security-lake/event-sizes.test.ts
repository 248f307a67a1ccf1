import { expect, it } from "vitest";
import { toByteText } from "../../lib/ocsf/byte-text.ts";
import { columnsOfAll } from "../../lib/ocsf/columns.ts";
import { ParquetEvents } from "../../lib/ocsf/parquet/parquet-events.ts";
import type { ArchivedObject } from "../../lib/seal/manifest.ts";
import { partsOf } from "../../lib/security-lake/write-day-events.ts";
import { exampleLines, knownActions } from "../ocsf/example-lines.ts";
import { toEvent } from "../ocsf/to-event.ts";

/** A part makes a file of each class that it has; these are the classes together. */
const PART_ENTRIES_MAX = 200_000;
/** What Security Lake advises. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** Objects of a day, the same number each hour. */
function dayOf(objectsAnHour: number, entries: number): ArchivedObject[] {
  return Array.from({ length: 24 * objectsAnHour }, (_, index) => {
    const hour = Math.floor(index / objectsAnHour);
    return {
      key: `hour-${hour}/object-${index}`,
      min_date_create: hour * 3600 + (index % objectsAnHour),
      entries,
    } as ArchivedObject;
  });
}

function entriesOfParts(objects: readonly ArchivedObject[]): number[] {
  return [...partsOf(objects).values()].map((part) =>
    part.reduce((sum, { entries }) => sum + entries, 0),
  );
}

it.each([
  ["no entry", [], []],
  ["10 entries in one object", dayOf(1, 10).slice(0, 1), [10]],
  ["240 entries, 10 an hour", dayOf(1, 10), [240]],
  ["1,008,000 entries", dayOf(42, 1000), [200_000, 200_000, 200_000, 200_000, 200_000, 8000]],
  ["an object that is larger than a part", dayOf(1, 300_000).slice(0, 2), [300_000, 300_000]],
])("a day of %s is written in as few parts as hold it", (_what, objects, parts) => {
  expect(entriesOfParts(objects)).toEqual(parts);
});

it("parts follow each other in time, whatever the order of the objects", () => {
  const objects = dayOf(42, 1000);
  const parts = [...partsOf(objects.toReversed()).values()];

  expect(parts.flat()).toEqual(objects);
  expect([...partsOf(objects.toReversed()).keys()]).toEqual([...partsOf(objects).keys()]);
});

it("a file is far below what Security Lake advises, if all events are of one class", () => {
  const file = new ParquetEvents(columnsOfAll());
  const lines = exampleLines(knownActions());
  for (const line of lines) file.add(toEvent(toByteText(line), "acme", "1.5.0"));
  const bytesAnEntry = file.finish().length / lines.length;

  expect(bytesAnEntry * PART_ENTRIES_MAX).toBeLessThan(FILE_BYTES_MAX / 2);
});
