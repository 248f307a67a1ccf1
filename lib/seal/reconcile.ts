import type { Archive } from "../archive/archive.ts";
import type { ArchiveEntry } from "../archive/archive-object.ts";
import type { Clock, ReconciledHour } from "../ports.ts";
import { addLateness } from "../run/lateness.ts";
import { type ListedPage, listPages, type SlackSource } from "../run/listing.ts";
import { prefetch } from "../run/prefetch.ts";
import { HOURS_PER_DAY, hourOf, SECONDS_PER_HOUR, type TimeRange } from "../time.ts";
import { IDS_NAMED_MAX } from "./manifest.ts";

const NOTHING_RECONCILED: ReconciledHour = {
  listed: 0,
  late: 0,
  onlyInArchive: 0,
  onlyInArchiveIds: [],
  lateness: {},
};

/** What was found in hours of a day, by their number, 0 to 23. */
export type ReconciledHours = Readonly<Record<string, ReconciledHour>>;

/** How far a comparison has come, after each window. */
interface ReconciledWindow {
  /** Epoch seconds, excluded. */
  until: number;
  entriesPerSecond: number;
  /** Of each hour that was looked at, up to there. */
  hours: ReconciledHours;
}

interface Reconciliation {
  slack: SlackSource;
  archive: Archive;
  clock: Clock;
  pageLimit: number;
  entriesPerSecond: number;
  /** Epoch milliseconds. */
  deadlineMs: number;
  signal: AbortSignal | undefined;
  /** Told of each page. */
  onPage: () => void;
}

/**
 * List a stretch of a day again, store what is missing in the archive, and
 * find what only the archive has. In memory are the ids of one window.
 *
 * @param span - within one UTC day
 * @param before - what was found below the span in hours that it cuts
 * @throws what the client, the listing and the store throw
 */
export async function* reconcile(
  { slack, archive, clock, onPage, ...options }: Reconciliation,
  span: TimeRange,
  before: ReconciledHours,
): AsyncGenerator<ReconciledWindow, void, void> {
  const hours: Record<string, ReconciledHour> = { ...before };
  let listed = new Map<string, number>();
  const cancelled = new AbortController();
  const { signal } = options;
  const pages = listPages(
    slack,
    {
      position: span.from,
      end: span.until,
      pageCursor: undefined,
      entriesPerSecond: options.entriesPerSecond,
      pageLimit: options.pageLimit,
      crossesHours: true,
    },
    {
      deadlineMs: options.deadlineMs,
      signal: signal ? AbortSignal.any([cancelled.signal, signal]) : cancelled.signal,
    },
  );
  for await (const page of prefetch(pages, () => cancelled.abort())) {
    onPage();
    const entries = readableIn(page);
    for (const { id, dateCreate } of entries) {
      listed.set(id, dateCreate);
    }
    const { added } = await archive.store(entries);
    const nowSeconds = Math.floor(clock.nowMs() / 1000);
    for (const { dateCreate } of added) {
      const { late, lateness, ...hour } = hourIn(hours, dateCreate);
      hours[numberOf(dateCreate)] = {
        ...hour,
        late: late + 1,
        lateness: addLateness(lateness, nowSeconds - dateCreate),
      };
    }
    await quarantineIn(archive, page);
    page.page.release();
    if (page.next === undefined) {
      const { window, entriesPerSecond } = page;
      for (const part of splitAtHours(window)) {
        hours[numberOf(part.from)] = compare(
          hourIn(hours, part.from),
          await archive.idsBetween(part.from, part.until),
          part,
          listed,
        );
      }
      listed = new Map();
      yield { until: window.until, entriesPerSecond, hours: { ...hours } };
    }
  }
}

/** Number of the hour of the day in which a second lies, as {@link ReconciledHours} has it. */
export function numberOf(epochSeconds: number): string {
  return String(Math.floor(epochSeconds / SECONDS_PER_HOUR) % HOURS_PER_DAY);
}

function hourIn(hours: ReconciledHours, epochSeconds: number): ReconciledHour {
  return hours[numberOf(epochSeconds)] ?? NOTHING_RECONCILED;
}

function* splitAtHours({ from, until }: TimeRange): Generator<TimeRange> {
  for (let start = from; start < until; start = hourOf(start) + SECONDS_PER_HOUR) {
    yield { from: start, until: Math.min(until, hourOf(start) + SECONDS_PER_HOUR) };
  }
}

function readableIn({ window, page }: ListedPage): ArchiveEntry[] {
  const readable: ArchiveEntry[] = [];
  for (const { id, dateCreate, bytes } of page.entries) {
    const isInside =
      dateCreate !== undefined && dateCreate >= window.from && dateCreate < window.until;
    if (id !== undefined && isInside) readable.push({ id, dateCreate, bytes });
  }
  return readable;
}

async function quarantineIn(archive: Archive, { window, page }: ListedPage): Promise<void> {
  const unreadable = page.entries.filter(
    ({ id, dateCreate }) => id === undefined || dateCreate === undefined,
  );
  if (unreadable.length > 0) {
    const texts = unreadable.map(({ bytes }) => bytes);
    await archive.quarantine(texts, window.from);
  }
}

/** A stretch of an hour has been listed to its end: compare. */
function compare(
  hour: ReconciledHour,
  archived: ReadonlySet<string>,
  { from, until }: TimeRange,
  listed: ReadonlyMap<string, number>,
): ReconciledHour {
  const only = [...archived].filter((id) => !listed.has(id)).sort();
  const seconds = [...listed.values()];
  return {
    ...hour,
    listed: hour.listed + seconds.filter((second) => second >= from && second < until).length,
    onlyInArchive: hour.onlyInArchive + only.length,
    onlyInArchiveIds: [...hour.onlyInArchiveIds, ...only].slice(0, IDS_NAMED_MAX),
  };
}
