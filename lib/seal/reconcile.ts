import type { Archive } from "../archive/archive.ts";
import type { ArchiveEntry } from "../archive/archive-object.ts";
import type { Clock, ReconciledHour } from "../ports.ts";
import { addLateness } from "../run/lateness.ts";
import { type ListedPage, listPages, type SlackSource } from "../run/listing.ts";
import { storePage } from "../run/store-page.ts";
import { PAGE_FILL } from "../run/window.ts";
import type { PageEntry } from "../slack/page.ts";
import { HOURS_PER_DAY, hourOf, nowSeconds, SECONDS_PER_HOUR, type TimeRange } from "../time.ts";
import { type ArchivedLines, keyOf } from "./archived-lines.ts";
import { IDS_NAMED_MAX } from "./manifest.ts";

/** Pages of a window whose ids are in memory: a denser window is made shorter, down to a second. */
const WINDOW_PAGES_MAX = 8;

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
  archived: ArchivedLines;
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
interface ListedWindow extends TimeRange {
  /** Time of each id, epoch seconds, by {@link keyOf} it. */
  seconds: Map<string, number>;
  /** Ids among them that are archived with another text, and their times. */
  differing: Map<string, number>;
}

/**
 * List a stretch of a day again, store what is missing in the archive, and
 * find what only the archive has, or has with another text. In memory are the
 * ids of one window, and a bounded stretch of the archive.
 *
 * @param range - within one UTC day
 * @param before - what was found below the range in hours that it cuts
 * @throws what the client, the listing and the store throw
 */
export async function* reconcile(
  { slack, archive, archived, clock, onPage, ...options }: Reconciliation,
  range: TimeRange,
  before: ReconciledHours,
): AsyncGenerator<ReconciledWindow, void, void> {
  const hours: Record<string, ReconciledHour> = { ...before };
  let listed: ListedWindow | undefined;
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
      pagesMax: WINDOW_PAGES_MAX,
      cut: (window) => archived.cut(window, PAGE_FILL * options.pageLimit),
    },
    { deadlineMs: options.deadlineMs, signal: options.signal },
  );
  for await (const page of pages) {
    onPage(page.entriesPerSecond);
    const { window, entriesPerSecond } = page;
    if (listed?.from !== window.from || listed.until !== window.until) {
      listed = { ...window, seconds: new Map(), differing: new Map() };
    }
    const known = await compareTexts(archive, archived, page, listed);
    const entries = page.page.entries.filter((entry) => !known.has(entry));
    const { added } = await storePage(archive, { ...page, page: { ...page.page, entries } });
    archived.add(added);
    for (const { dateCreate } of added) {
      const { late, lateness, ...hour } = hourIn(hours, dateCreate);
      hours[numberOf(dateCreate)] = {
        ...hour,
        late: late + 1,
        lateness: addLateness(lateness, nowSeconds(clock) - dateCreate),
      };
    }
    page.page.release();
    if (page.next === undefined) {
      for (const part of splitAtHours(window)) {
        hours[numberOf(part.from)] = await compare(
          hourIn(hours, part.from),
          archived,
          part,
          listed,
        );
      }
      listed = undefined;
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

/**
 * Take note of what a page lists; a text that is not the archived one is kept, in quarantine.
 *
 * @returns the entries that are archived, with whichever text
 */
async function compareTexts(
  archive: Archive,
  archived: ArchivedLines,
  page: ListedPage,
  listed: ListedWindow,
): Promise<Set<PageEntry>> {
  const entries = Map.groupBy(entriesIn(page), ({ id }) => keyOf(id));
  const known = new Set<PageEntry>();
  const others = new Set<PageEntry>();
  let from = page.window.until;
  let until = page.window.from;
  for (const [idKey, [entry]] of entries) {
    if (entry === undefined) continue;
    listed.seconds.set(idKey, entry.dateCreate);
    from = Math.min(from, entry.dateCreate);
    until = Math.max(until, entry.dateCreate + 1);
  }
  for await (const { idKey, textKey } of archived.linesIn({ from, until })) {
    for (const entry of entries.get(idKey) ?? []) {
      known.add(entry);
      if (textKey !== keyOf(entry.bytes)) {
        listed.differing.set(entry.id, entry.dateCreate);
        others.add(entry);
      }
    }
  }
  const texts = [...others].map(({ bytes }) => bytes);
  if (texts.length > 0) {
    await archive.quarantine(texts, page.window.from);
  }
  return known;
}

function entriesIn({ window, page }: ListedPage): (PageEntry & ArchiveEntry)[] {
  return page.entries.filter((entry): entry is PageEntry & ArchiveEntry => {
    const { id, dateCreate } = entry;
    return (
      id !== undefined &&
      dateCreate !== undefined &&
      dateCreate >= window.from &&
      dateCreate < window.until
    );
  });
}

/** A stretch of an hour has been listed to its end: compare. */
async function compare(
  hour: ReconciledHour,
  archived: ArchivedLines,
  part: TimeRange,
  listed: ListedWindow,
): Promise<ReconciledHour> {
  const isInside = (second: number) => second >= part.from && second < part.until;
  const only = await countUnlisted(archived, part, listed);
  const isUnlisted = (idKey: string) => !listed.seconds.has(idKey);
  const unnamed = IDS_NAMED_MAX - hour.onlyInArchiveIds.length;
  const onlyIds = only > 0 && unnamed > 0 ? await archived.idsIn(part, isUnlisted, unnamed) : [];
  const differing = [...listed.differing]
    .filter(([, second]) => isInside(second))
    .map(([id]) => id)
    .sort();
  return {
    ...hour,
    listed: hour.listed + [...listed.seconds.values()].filter(isInside).length,
    onlyInArchive: hour.onlyInArchive + only,
    onlyInArchiveIds: [...hour.onlyInArchiveIds, ...onlyIds],
    differs: (hour.differs ?? 0) + differing.length,
    differsIds: [...(hour.differsIds ?? []), ...differing].slice(0, IDS_NAMED_MAX),
  };
}

/** @returns ids that are archived with a time of this range and were not listed, each once a second */
async function countUnlisted(
  archived: ArchivedLines,
  range: TimeRange,
  listed: ListedWindow,
): Promise<number> {
  let unlisted = 0;
  let ofSecond = { second: range.from, idKeys: new Set<string>() };
  for await (const { idKey, second } of archived.linesIn(range)) {
    if (listed.seconds.has(idKey)) continue;
    if (ofSecond.second !== second) ofSecond = { second, idKeys: new Set() };
    if (!ofSecond.idKeys.has(idKey)) unlisted += 1;
    ofSecond.idKeys.add(idKey);
  }
  return unlisted;
}
