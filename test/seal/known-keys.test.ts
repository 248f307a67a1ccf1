import { expect, it } from "vitest";
import { alertKey } from "../../lib/archive/alert-object.ts";
import { columnsKey, columnsMarkKey, tableMarkKey } from "../../lib/archive/columns-key.ts";
import { quarantinePrefix, toObjectKey } from "../../lib/archive/object-key.ts";
import { addendumKey, manifestKey, signatureKey } from "../../lib/archive/sealed-day.ts";
import { isKnownKey } from "../../lib/seal/known-keys.ts";
import { hourRecordKey } from "../../lib/seal/manifest.ts";

const DAY = "2026-03-02";
const SECONDS = Date.UTC(2026, 2, 2, 9) / 1000;
const HASH = "0123456789abcdef";

const KEYS = [
  toObjectKey({ source: "grid", minDateCreate: SECONDS, maxDateCreate: SECONDS, hash: HASH }),
  `${quarantinePrefix("grid", SECONDS)}${HASH}.json.gz`,
  alertKey({ id: "a", source: "grid", period: { start: `${DAY}T09:00:00Z` } }),
  manifestKey("grid", DAY),
  manifestKey("grid", DAY, 12),
  signatureKey("grid", DAY),
  signatureKey("grid", DAY, 2),
  addendumKey("grid", DAY, 2),
  hourRecordKey("grid", SECONDS, "7"),
  columnsKey("grid", DAY),
  columnsMarkKey("grid", DAY),
  tableMarkKey({ source: "grid", day: DAY, table: "a-1", revision: 2, entries: 7 }),
];

it.each(KEYS)("%s is known", (key) => {
  expect(isKnownKey(key)).toBe(true);
});

it.each([
  "closing/source=grid/dt=2026-03-02/hour=09.json",
  "compact/days/source=grid/dt=2026-03-02.json",
  "compact/days/source=grid/dt=2026-03-02/revision=2.json",
  "compact/table/data/00000-1.parquet",
])("%s, of version 0.1 or of Athena, is known", (key) => {
  expect(isKnownKey(key)).toBe(true);
});

it("a note on a day's first manifest is not known", () => {
  expect(isKnownKey(addendumKey("grid", DAY, 1))).toBe(false);
});

it.each(
  KEYS.flatMap((key) => [
    key.replace(/[^/]+$/, ".$&"),
    key.replace(/[^/]+$/, "._$&"),
    key.replace("03-02", "03%2D02"),
    key.replace("source=grid", "source=gri%64"),
    key.replace("source=grid", ".source=grid"),
    `${key}.bak`,
    key.replace(/[^/]+$/, "x/$&"),
    key.replace(/^[a-z_]+/, "other"),
  ]),
)("%s is not known", (key) => {
  expect(isKnownKey(key)).toBe(false);
});
