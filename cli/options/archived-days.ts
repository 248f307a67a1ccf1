import { archivedDaysIn } from "../../lib/local/archive-directory.ts";
import { toErrorLine } from "../errors.ts";

/** Say why there is nothing to show, as `describeNothing` does. */
export async function noteNothing(
  why: string,
  archive: string,
  source: string | undefined,
): Promise<void> {
  process.stderr.write(toErrorLine(await describeNothing(why, archive, source)));
}

/**
 * Why there is nothing to show, and what there is: nobody should take a slip in a date for an answer.
 *
 * @param why - such as `no entry matches`
 * @param source - absent when all are read
 */
export async function describeNothing(
  why: string,
  archive: string,
  source: string | undefined,
): Promise<string> {
  const days = await archivedDaysIn(archive, source);
  const whose = `${source === undefined ? "" : `source "${source}" of the `}archive ${archive}`;
  const found =
    days === undefined
      ? `the ${whose} has no entries`
      : `the entries of the ${whose} are of ${days.first} to ${days.last} (UTC)`;
  return `${why}; ${found}`;
}

/**
 * Say so when the archive has nothing of a period.
 *
 * @param period - days, UTC, both included
 * @returns whether it has nothing
 */
export async function noteOutside(
  period: { from_day: string; to_day: string },
  archive: string,
  source: string | undefined,
): Promise<boolean> {
  const days = await archivedDaysIn(archive, source);
  const isOutside = days === undefined || period.to_day < days.first || period.from_day > days.last;
  if (isOutside) await noteNothing(NOTHING_OF_PERIOD, archive, source);
  return isOutside;
}

export const NOTHING_OF_PERIOD = "no entry is of this period";
