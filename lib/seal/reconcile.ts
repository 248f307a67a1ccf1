import type { Archive } from "../archive/archive.ts";
import { entryName } from "../archive/entry-names.ts";
import type { ArchiveEntry } from "../archive/entry-rows.ts";
import type { Clock, FirstListedSearch, ReconciledHour } from "../ports.ts";
import { addLateness } from "../run/lateness.ts";
import { type ListedPage, listPages, type SlackSource } from "../run/listing.ts";
import { storePage } from "../run/store-page.ts";
import { PAGE_FILL } from "../run/window.ts";
import type { PageEntry } from "../slack/entry-table.ts";
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
  /** How far the look for the first second that Slack lists has come. */
  search: FirstListedSearch | undefined;
}

interface Reconciliation {
  slack: SlackSource;
  archive: Archive;
  archived: ArchivedLines;
  clock: Clock;
  pageLimit: number;
  entriesPerSecond: number;
  /** As an earlier run left it. */
  search: FirstListedSearch | undefined;
  /** Epoch milliseconds. */
  deadlineMs: number;
  signal: AbortSignal | undefined;
  /** Told of each page, and of the density as it is known then. */
  onPage: (entriesPerSecond: number) => void;
}

/** What a window's listing has shown so far. */
interface ListedWindow extends TimeRange {
  /** Time of each entry, epoch seconds, by {@link keyOf} its name. */
  seconds: Map<string, number>;
  /** Those among them that are not archived with this text, by the same. */
  differing: Map<string, Pick<ArchiveEntry, "id" | "dateCreate">>;
}

/** An entry with an id and a time. */
type ListedEntry = PageEntry & ArchiveEntry;

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
      search: options.search,
    },
    { deadlineMs: options.deadlineMs, signal: options.signal },
  );
  for await (const page of pages) {
    onPage(page.entriesPerSecond);
    const { window, entriesPerSecond, search } = page;
    if (listed?.from !== window.from || listed.until !== window.until) {
      listed = { ...window, seconds: new Map(), differing: new Map() };
    }
    const added = await storeMissing(archive, archived, page, listed);
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
      yield { until: window.until, entriesPerSecond, hours: { ...hours }, search };
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
 * Take note of what a page lists, and store what is missing; a text that is not the
 * archived one is kept, in quarantine.
 *
 * @returns the entries that were stored
 */
async function storeMissing(
  archive: Archive,
  archived: ArchivedLines,
  page: ListedPage,
  listed: ListedWindow,
): Promise<Iterable<ArchiveEntry>> {
  const inside = entriesIn(page);
  const byName = groupByName(inside);
  for (const [nameKey, entries] of byName) {
    for (const { dateCreate } of entries) listed.seconds.set(nameKey, dateCreate);
  }
  const { known, others } = await compareTexts(archived, byName);
  const missing = inside.filter((entry) => !known.has(entry));
  const ids = new Set(missing.map(({ id }) => id));
  // Of an id that the page gives twice, the first is stored: it takes both to see that.
  const { entries } = page.page;
  const rows = entries.flatMap((entry, row) =>
    !known.has(entry) || ids.has(entry.id ?? "") ? [row] : [],
  );
  const stored = await storePage(archive, page, rows);
  const added = new Set(stored.added.map((row) => entries[row] as ListedEntry));
  archived.add(added);
  const unstored = missing.filter((entry) => !added.has(entry));
  if (unstored.length > 0) {
    archived.forget();
    const again = await compareTexts(archived, groupByName(unstored));
    for (const entry of unstored) {
      if (!again.known.has(entry) || again.others.has(entry)) others.add(entry);
    }
  }
  for (const entry of others) {
    const { id, dateCreate } = entry;
    listed.differing.set(keyOf(entryName(entry)), { id, dateCreate });
  }
  const texts = [...others].map(({ bytes }) => bytes);
  if (texts.length > 0) {
    await archive.quarantine(texts, page.window.from);
  }
  return added;
}

/** @returns the entries that are archived, and those among them with another text */
async function compareTexts(
  archived: ArchivedLines,
  byName: ReadonlyMap<string, readonly ListedEntry[]>,
): Promise<{ known: Set<PageEntry>; others: Set<ListedEntry> }> {
  const known = new Set<PageEntry>();
  const others = new Set<ListedEntry>();
  let [from, until] = [Number.POSITIVE_INFINITY, 0];
  for (const { dateCreate } of [...byName.values()].flat()) {
    from = Math.min(from, dateCreate);
    until = Math.max(until, dateCreate + 1);
  }
  for await (const { nameKey, textKey } of archived.linesIn({ from, until })) {
    for (const entry of byName.get(nameKey) ?? []) {
      known.add(entry);
      if (textKey !== keyOf(entry.bytes)) others.add(entry);
    }
  }
  return { known, others };
}

/** By {@link keyOf} their names. */
function groupByName(entries: readonly ListedEntry[]): Map<string, ListedEntry[]> {
  return Map.groupBy(entries, (entry) => keyOf(entryName(entry)));
}

function entriesIn({ window, page }: ListedPage): ListedEntry[] {
  return page.entries.filter((entry): entry is ListedEntry => {
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
  const isUnlisted = (nameKey: string) => !listed.seconds.has(nameKey);
  const unnamed = IDS_NAMED_MAX - hour.onlyInArchiveIds.length;
  const onlyIds = only > 0 && unnamed > 0 ? await archived.idsIn(part, isUnlisted, unnamed) : [];
  const differing = [...listed.differing.values()]
    .filter(({ dateCreate }) => isInside(dateCreate))
    .map(({ id }) => id)
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
  let ofSecond = { second: range.from, nameKeys: new Set<string>() };
  for await (const { nameKey, second } of archived.linesIn(range)) {
    if (listed.seconds.has(nameKey)) continue;
    if (ofSecond.second !== second) ofSecond = { second, nameKeys: new Set() };
    if (!ofSecond.nameKeys.has(nameKey)) unlisted += 1;
    ofSecond.nameKeys.add(nameKey);
  }
  return unlisted;
}
