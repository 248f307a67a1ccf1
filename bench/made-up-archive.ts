import { Organization } from "../fake-slack/organization.ts";
import { encodeObject } from "../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { dayOf, SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../lib/time.ts";

export const SOURCE = "bench";
/** A Monday, epoch seconds. */
const FROM = Date.UTC(2026, 0, 5) / 1000;

/** The archive's days, first to last, `YYYY-MM-DD`. */
export function benchDays(count: number): string[] {
  return Array.from({ length: count }, (_, day) => dayOf(FROM + day * SECONDS_PER_DAY));
}

/**
 * Fill a directory with the entries of a made-up organization, one object an hour.
 *
 * @param onDay - before each day is filled
 * @returns entries in the archive
 */
export async function fillArchive(
  directory: string,
  { days, entriesPerWeek }: { days: number; entriesPerWeek: number },
  onDay?: (done: number) => void,
): Promise<number> {
  const organization = new Organization({ entriesPerWeek });
  const store = new DirectoryArchiveStore(directory);
  let total = 0;
  for (let hour = 0; hour < days * 24; hour++) {
    if (hour % 24 === 0) onDay?.(hour / 24);
    const from = FROM + hour * SECONDS_PER_HOUR;
    const until = from + SECONDS_PER_HOUR;
    const entries = [...organization.newestFirst(from, until - 1, Number.MAX_SAFE_INTEGER)].map(
      ({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) }),
    );
    if (entries.length > 0) {
      const { key, body } = await encodeObject(SOURCE, entries);
      await store.put(key, body);
      total += entries.length;
    }
  }
  return total;
}
