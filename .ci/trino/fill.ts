import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Organization } from "../../fake-slack/organization.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { SavedQuery } from "../../lib/sql/saved-queries.ts";
import { dayOf, SECONDS_PER_DAY, SECONDS_PER_HOUR, startOfDay } from "../../lib/time.ts";
import { SOURCE } from "./lake.ts";

/** UTC, `YYYY-MM-DD`. */
export function daysFrom(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => dayOf(startOfDay(first) + i * SECONDS_PER_DAY));
}

/** Values that a query must be given. */
export function exampleOf(parameters: SavedQuery["parameters"]): Record<string, string> {
  return Object.fromEntries(
    parameters
      .filter(({ isRequired }) => isRequired)
      .map(({ name, default: sql }) => [name, sql.slice(1, -1)]),
  );
}

/**
 * A saved query over these days; the last week is what counts as new.
 *
 * @param given - values of parameters, where the query has them
 */
export function textOf(
  { parameters, sql }: SavedQuery,
  days: readonly string[],
  given: Readonly<Record<string, string>> = {},
): string {
  const values = Object.entries({
    from_day: days.at(0) ?? "",
    to_day: days.at(-1) ?? "",
    new_since: days.at(-7) ?? days.at(0) ?? "",
    as_of: `${days.at(-1)}T23:59:59Z`,
    ...given,
  }).filter(([name]) => parameters.some((parameter) => parameter.name === name));
  return sql({ ...exampleOf(parameters), ...Object.fromEntries(values) });
}

/** @returns a directory with what an organization did on these days, UTC, an object an hour */
export async function fillDays(
  organization: Organization,
  days: readonly string[],
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "lake-"));
  const store = new DirectoryArchiveStore(directory);
  for (const day of days) {
    const end = startOfDay(day) + SECONDS_PER_DAY;
    for (let from = startOfDay(day); from < end; from += SECONDS_PER_HOUR) {
      const listed = organization.newestFirst(
        from,
        from + SECONDS_PER_HOUR - 1,
        Number.MAX_SAFE_INTEGER,
      );
      const entries = [...listed].map(({ id = "", dateCreate, text }) => ({
        id,
        dateCreate,
        bytes: Buffer.from(text),
      }));
      if (entries.length === 0) continue;
      const { key, body } = await encodeObject(SOURCE, entries);
      await store.put(key, body);
    }
  }
  return directory;
}
