import type { Archive } from "../archive/archive.ts";
import type { ArchiveEntry } from "../archive/archive-object.ts";
import { type EntryName, entryName, idOf, textHash } from "../archive/archived-entries.ts";
import type { Clock, ReconciledHour } from "../ports.ts";
import { addLateness } from "../run/lateness.ts";
import { type ListedPage, listPages, type SlackSource } from "../run/listing.ts";
import { storePage } from "../run/store-page.ts";
import { HOURS_PER_DAY, hourOf, nowSeconds, SECONDS_PER_HOUR, type TimeRange } from "../time.ts";
import { IDS_NAMED_MAX } from "./manifest.ts";

const NOTHING_RECONCILED = {
  listed: 0,
  late: 0,
  onlyInArchive: 0,
  onlyInArchiveIds: [],
  differs: 0,
  differsIds: [],
  lateness: {},
} satisfies ReconciledHour;

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
  /** Told of each page, and of the density as it is known then. */
  onPage: (entriesPerSecond: number) => void;
}

/** What a window's listing has shown so far. */
interface ListedWindow {
  /** Time of each entry, epoch seconds. */
  seconds: Map<EntryName, number>;
  /** Those among them that are not archived with this text. */
  differing: Map<EntryName, number>;
}

/**
 * List a stretch of a day again, store what is missing in the archive, and
 * find what only the archive has, or has with another text. In memory are the
 * ids and times of one window.
 *
 * @param range - within one UTC day
 * @param before - what was found below the range in hours that it cuts
 * @throws what the client, the listing and the store throw
 */
export async function* reconcile(
  { slack, archive, clock, onPage, ...options }: Reconciliation,
  range: TimeRange,
  before: ReconciledHours,
): AsyncGenerator<ReconciledWindow, void, void> {
  const hours: Record<string, ReconciledHour> = { ...before };
  let listed: ListedWindow = { seconds: new Map(), differing: new Map() };
  const pages = listPages(
    slack,
    {
      position: range.from,
      end: range.until,
      now: nowSeconds(clock),
      pageCursor: undefined,
      entriesPerSecond: options.entriesPerSecond,
      pageLimit: options.pageLimit,
      crossesHours: true,
      mayBeginLater: true,
    },
    { deadlineMs: options.deadlineMs, signal: options.signal },
  );
  for await (const page of pages) {
    onPage(page.entriesPerSecond);
    const { added } = await storePage(archive, page);
    for (const { dateCreate } of added) {
      const { late, lateness, ...hour } = hourIn(hours, dateCreate);
      hours[numberOf(dateCreate)] = {
        ...hour,
        late: late + 1,
        lateness: addLateness(lateness, nowSeconds(clock) - dateCreate),
      };
    }
    await compareTexts(archive, page, listed);
    page.page.release();
    if (page.next === undefined) {
      const { window, entriesPerSecond } = page;
      for (const part of splitAtHours(window)) {
        const archived = await archive.linesBetween(part.from, part.until);
        hours[numberOf(part.from)] = compare(hourIn(hours, part.from), archived, part, listed);
      }
      listed = { seconds: new Map(), differing: new Map() };
      yield { until: window.until, entriesPerSecond, hours: { ...hours } };
    }
  }
}

/** Number of the hour of the day in which a second lies, as {@link ReconciledHours} has it. */
export function numberOf(epochSeconds: number): string {
  return String(Math.floor(epochSeconds / SECONDS_PER_HOUR) % HOURS_PER_DAY);
}

function hourIn(hours: ReconciledHours, epochSeconds: number) {
  return { ...NOTHING_RECONCILED, ...hours[numberOf(epochSeconds)] };
}

function* splitAtHours({ from, until }: TimeRange): Generator<TimeRange> {
  for (let start = from; start < until; start = hourOf(start) + SECONDS_PER_HOUR) {
    yield { from: start, until: Math.min(until, hourOf(start) + SECONDS_PER_HOUR) };
  }
}

/** Take note of what a page lists; a text that is not the archived one is kept, in quarantine. */
async function compareTexts(
  archive: Archive,
  page: ListedPage,
  { seconds, differing }: ListedWindow,
): Promise<void> {
  const entries = entriesIn(page);
  const others: Uint8Array[] = [];
  for (const [hour, ofHour] of Map.groupBy(entries, ({ dateCreate }) => hourOf(dateCreate))) {
    const times = ofHour.map(({ dateCreate }) => dateCreate);
    const from = times.reduce((a, b) => Math.min(a, b), hour + SECONDS_PER_HOUR);
    const until = times.reduce((a, b) => Math.max(a, b), hour) + 1;
    const archived = await archive.linesBetween(from, until);
    for (const { bytes, ...entry } of ofHour) {
      const name = entryName(entry);
      seconds.set(name, entry.dateCreate);
      // It was just stored, unless its page gives its id two times.
      if (archived.get(name) !== textHash(bytes)) {
        differing.set(name, entry.dateCreate);
        others.push(bytes);
      }
    }
  }
  if (others.length > 0) {
    await archive.quarantine(others, page.window.from);
  }
}

function entriesIn({ window, page }: ListedPage): ArchiveEntry[] {
  const entries: ArchiveEntry[] = [];
  for (const { id, dateCreate, bytes } of page.entries) {
    const isInside =
      dateCreate !== undefined && dateCreate >= window.from && dateCreate < window.until;
    if (id !== undefined && isInside) entries.push({ id, dateCreate, bytes });
  }
  return entries;
}

/** A stretch of an hour has been listed to its end: compare. */
function compare(
  hour: ReconciledHour,
  archived: ReadonlyMap<EntryName, string>,
  { from, until }: TimeRange,
  listed: ListedWindow,
): ReconciledHour {
  const isInside = (second: number) => second >= from && second < until;
  const only = [...archived.keys()].filter((name) => !listed.seconds.has(name));
  const differing = [...listed.differing]
    .filter(([, second]) => isInside(second))
    .map(([name]) => name);
  return {
    ...hour,
    listed: hour.listed + [...listed.seconds.values()].filter(isInside).length,
    onlyInArchive: hour.onlyInArchive + only.length,
    onlyInArchiveIds: [...hour.onlyInArchiveIds, ...only.map(idOf).sort()].slice(0, IDS_NAMED_MAX),
    differs: (hour.differs ?? 0) + differing.length,
    differsIds: [...(hour.differsIds ?? []), ...differing.map(idOf).sort()].slice(0, IDS_NAMED_MAX),
  };
}
