import { daysWithAddenda, listManifests } from "../archive/sealed-day.ts";
import { sealWriter } from "../archive/writer.ts";
import { dayOf, nowSeconds, SECONDS_PER_DAY } from "../time.ts";
import type { SealPorts } from "./seal-day.ts";
import { earliestStart, type SettleSettings, whyNotSettled } from "./settled.ts";

/**
 * Days that can be sealed now and are not, or have an addendum that is not,
 * oldest first.
 *
 * @param limit - at most so many
 */
export async function daysToSeal(
  { archive, checkpoints, clock }: Pick<SealPorts, "archive" | "checkpoints" | "clock">,
  settings: SettleSettings,
  limit: number,
): Promise<string[]> {
  const { source } = settings;
  const writers = await checkpoints.writers(source);
  const manifests = await listManifests(archive, source);
  const sealed = new Set(manifests.map(({ day }) => day));
  const open = new Set(await daysWithAddenda(archive, source, manifests));
  // One whose manifest is there may lack its signature: the run that wrote it did not come to its end.
  const begun = writers.find(({ writer }) => writer === sealWriter(source))?.checkpoint;
  if (begun?.closing?.attempt !== undefined) open.add(dayOf(begun.start));
  const now = nowSeconds(clock);
  const days: string[] = [];
  for (const day of daysFrom(earliestStart(writers), now)) {
    if (days.length === limit) break;
    const isDue = open.has(day) || !sealed.has(day);
    if (isDue && whyNotSettled(day, writers, settings, now) === undefined) {
      days.push(day);
    }
  }
  return days;
}

/**
 * Why nothing of a source is sealed, when no day of it can be.
 *
 * @returns nothing when a day is sealed
 */
export async function whyNoneIsSealed(
  { archive, checkpoints, clock }: Pick<SealPorts, "archive" | "checkpoints" | "clock">,
  settings: SettleSettings,
): Promise<string | undefined> {
  if ((await listManifests(archive, settings.source)).length > 0) return undefined;
  const writers = await checkpoints.writers(settings.source);
  const now = nowSeconds(clock);
  const start = earliestStart(writers);
  const first = dayOf(Number.isFinite(start) ? start : now);
  const reason = whyNotSettled(first, writers, settings, now);
  return reason && Number.isFinite(start) ? `${first} is not settled: ${reason}` : reason;
}

function* daysFrom(start: number, now: number): Generator<string> {
  if (!Number.isFinite(start)) return;
  const first = start - (start % SECONDS_PER_DAY);
  for (let second = first; second < now; second += SECONDS_PER_DAY) {
    yield dayOf(second);
  }
}
