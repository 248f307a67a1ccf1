import { decodeLines } from "../../lib/archive/archive-object.ts";
import { ListedEntries } from "../../lib/archive/entry-rows.ts";
import { dayPrefix, PREFIXES, parseObjectKey } from "../../lib/archive/object-key.ts";
import { manifestKey, signatureKey } from "../../lib/archive/sealed-day.ts";
import type { ArchiveStore, ManifestSigner } from "../../lib/ports.ts";
import {
  encodeManifest,
  hashOf,
  type Manifest,
  type ManifestHour,
} from "../../lib/seal/manifest.ts";
import { HOURS_PER_DAY, SECONDS_PER_HOUR, startOfDay } from "../../lib/time.ts";
import { openArchive } from "../fakes/open-archive.ts";
import { makeHour } from "./make-manifest.ts";

/** Three entries in the hours 9 and 17 of each day, and one in quarantine; nothing sealed yet. */
export async function fillArchive(
  store: ArchiveStore,
  source: string,
  days: readonly string[],
): Promise<void> {
  const archive = openArchive(store, source);
  for (const day of days) {
    for (const hour of [9, 17]) {
      const start = startOfDay(day) + hour * SECONDS_PER_HOUR;
      const entries = [3, 2, 1].map((minute) => {
        const id = `${day}-${hour}-${minute}`;
        const dateCreate = start + 60 * minute;
        const text = JSON.stringify({ id, date_create: dateCreate, action: "user_login" });
        return { id, dateCreate, bytes: Buffer.from(text) };
      });
      await archive.store(new ListedEntries(entries));
    }
    await archive.quarantine(
      [Buffer.from('{"action":"odd"}')],
      startOfDay(day) + 9 * SECONDS_PER_HOUR,
    );
  }
}

/**
 * Seal days as they stand, one after the other, as the close of day does.
 *
 * @returns the hash of the last manifest
 */
export async function sealDays(
  store: ArchiveStore,
  source: string,
  days: readonly string[],
  signer?: ManifestSigner,
): Promise<string> {
  let previous: Manifest["previous"] = null;
  let sequence = 1;
  for (const day of days) {
    const manifest = await describeDay(store, source, day, { sequence, previous });
    const bytes = encodeManifest(manifest);
    await store.put(manifestKey(source, day), bytes);
    if (signer !== undefined) {
      await store.put(signatureKey(source, day), await signer.sign(bytes));
    }
    previous = { day, revision: 1, sha256: hashOf(bytes) };
    sequence += 1;
  }
  return previous?.sha256 ?? "";
}

async function describeDay(
  store: ArchiveStore,
  source: string,
  day: string,
  place: Pick<Manifest, "sequence" | "previous">,
): Promise<Manifest> {
  const hours: ManifestHour[] = Array.from({ length: HOURS_PER_DAY }, (_, hour) => makeHour(hour));
  for (const prefix of [PREFIXES.auditLogs, PREFIXES.quarantine]) {
    for await (const { key } of store.list(dayPrefix(prefix, source, day))) {
      const body = await store.get(key);
      const entries = (await decodeLines(key, body)).length;
      const object = { key, size_bytes: body.byteLength, sha256: hashOf(body), entries };
      const index = Number(/hour=(\d\d)/.exec(key)?.[1]);
      const hour = hours[index] ?? makeHour(index);
      const name = parseObjectKey(key);
      if (name === undefined) {
        hour.quarantine.push(object);
      } else {
        const { minDateCreate: min_date_create, maxDateCreate: max_date_create } = name;
        hour.objects.push({ ...object, min_date_create, max_date_create });
        hour.listed += entries;
        hour.archived += entries;
      }
    }
  }
  const total = (field: "listed" | "archived") => hours.reduce((sum, hour) => sum + hour[field], 0);
  return {
    version: 2,
    source,
    day,
    revision: 1,
    amends: null,
    differs: 0,
    ...place,
    sealed_at: `${day}T23:59:59Z`,
    listed: total("listed"),
    archived: total("archived"),
    late: 0,
    only_in_archive: 0,
    twice: 0,
    lateness: {},
    hours,
  };
}
