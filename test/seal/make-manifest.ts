import { toObjectKey } from "../../lib/archive/object-key.ts";
import type { Manifest, ManifestHour } from "../../lib/seal/manifest.ts";
import { HOURS_PER_DAY, startOfDay } from "../../lib/time.ts";

export const DAY = "2026-03-02";

/** An hour with so many entries in one object; empty with none. */
export function makeHour(hour: number, entries = 0, day = DAY): ManifestHour {
  const minDateCreate = startOfDay(day) + hour * 3600;
  const maxDateCreate = minDateCreate + 59;
  const hash = "0123456789abcdef";
  const object = {
    key: toObjectKey({ source: "grid", minDateCreate, maxDateCreate, hash }),
    size_bytes: 100 * entries,
    sha256: "ab".repeat(32),
    entries,
    min_date_create: minDateCreate,
    max_date_create: maxDateCreate,
  };
  return {
    hour,
    listed: entries,
    archived: entries,
    late: 0,
    only_in_archive: 0,
    twice: 0,
    differs: 0,
    only_in_archive_ids: [],
    twice_ids: [],
    differs_ids: [],
    lateness: {},
    objects: entries > 0 ? [object] : [],
    quarantine: [],
    foreign: [],
  };
}

/** A day with two entries in its tenth hour. */
export function makeManifest(overrides: Partial<Manifest> = {}): Manifest {
  return {
    version: 2,
    source: "grid",
    day: DAY,
    revision: 1,
    amends: null,
    sequence: 1,
    previous: null,
    sealed_at: "2026-03-03T03:00:00Z",
    listed: 2,
    archived: 2,
    late: 0,
    only_in_archive: 0,
    twice: 0,
    differs: 0,
    lateness: {},
    hours: Array.from({ length: HOURS_PER_DAY }, (_, hour) => makeHour(hour, hour === 9 ? 2 : 0)),
    ...overrides,
  };
}
