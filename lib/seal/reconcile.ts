import type { Archive } from "../archive/archive.ts";
import { EntryNames } from "../archive/entry-names.ts";
import { allRows, type NameRows } from "../archive/entry-rows.ts";
import { type EntryName, idTextOf } from "../archive/name-list.ts";
import type { Clock, FirstListedSearch, ReconciledHour } from "../ports.ts";
import { addLateness } from "../run/lateness.ts";
import { type ListedPage, listPages, type SlackSource } from "../run/listing.ts";
import { storePage } from "../run/store-page.ts";
import { PAGE_FILL } from "../run/window.ts";
import { HOURS_PER_DAY, hourOf, nowSeconds, SECONDS_PER_HOUR, type TimeRange } from "../time.ts";
import type { ArchivedLines } from "./archived-lines.ts";
import { compareTexts } from "./compare-texts.ts";
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
  /** Each once. */
  names: EntryNames;
  /** Those among them that are not archived with this text, each once. */
  differing: Map<string, EntryName>;
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
      search: options.search,
    },
    { deadlineMs: options.deadlineMs, signal: options.signal },
  );
  for await (const page of pages) {
    onPage(page.entriesPerSecond);
    const { window, entriesPerSecond, search } = page;
    if (listed?.from !== window.from || listed.until !== window.until) {
      listed = { ...window, names: new EntryNames(page.page.table.rows), differing: new Map() };
      archived.beginWindow();
    }
    for (const row of await storeMissing(archive, archived, page, listed)) {
      const dateCreate = page.page.table.dateCreateOf(row);
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
 * @returns the rows that were stored
 */
async function storeMissing(
  archive: Archive,
  archived: ArchivedLines,
  page: ListedPage,
  listed: ListedWindow,
): Promise<readonly number[]> {
  const { table } = page.page;
  const inside = rowsIn(page);
  const { known, others } = await compareTexts(archived, table, inside, listed.names);
  const missing = inside.filter((row) => known[row] === 0);
  const missingNames = new EntryNames(missing.length);
  for (const row of missing) missingNames.add(table, row);
  // Of an id that the page gives twice, the first is stored: it takes both to see that.
  const rows = allRows(table).filter((row) => known[row] === 0 || missingNames.hasId(table, row));
  const { added } = await storePage(archive, page, rows);
  archived.add(table, added);
  const stored = new Set(added);
  const unstored = missing.filter((row) => !stored.has(row));
  if (unstored.length > 0) {
    archived.forget();
    const again = await compareTexts(archived, table, unstored, listed.names);
    for (const row of unstored) {
      if (again.known[row] === 0 || again.others.has(row)) others.add(row);
    }
  }
  for (const row of others) {
    const name = { id: idTextOf(table, row), dateCreate: table.dateCreateOf(row) };
    listed.differing.set(`${name.dateCreate} ${name.id}`, name);
  }
  const texts = Array.from(others, (row) => table.textOf(row));
  if (texts.length > 0) {
    await archive.quarantine(texts, page.window.from);
  }
  return added;
}

/** The entries with an id and a time within the window. */
function rowsIn({ window, page: { table } }: ListedPage): number[] {
  return allRows(table).filter((row) => {
    const dateCreate = table.dateCreateOf(row);
    return table.isReadable(row) && dateCreate >= window.from && dateCreate < window.until;
  });
}

/** A stretch of an hour has been listed to its end: compare. */
async function compare(
  hour: ReconciledHour,
  archived: ArchivedLines,
  part: TimeRange,
  listed: ListedWindow,
): Promise<ReconciledHour> {
  const only = await countUnlisted(archived, part, listed);
  const isUnlisted = (lines: NameRows, row: number) => !listed.names.has(lines, row);
  const unnamed = IDS_NAMED_MAX - hour.onlyInArchiveIds.length;
  const onlyIds = only > 0 && unnamed > 0 ? await archived.idsIn(part, isUnlisted, unnamed) : [];
  const differing = [...listed.differing.values()]
    .filter(({ dateCreate }) => dateCreate >= part.from && dateCreate < part.until)
    .map(({ id }) => id)
    .sort();
  return {
    ...hour,
    listed: hour.listed + listed.names.countIn(part),
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
  const unlisted = new EntryNames();
  for await (const { stretch, rows } of archived.linesIn(range)) {
    for (const row of rows) {
      if (stretch.isListed(row) || listed.names.has(stretch.names, row)) continue;
      unlisted.addOnce(stretch.names, row);
    }
  }
  return unlisted.size;
}
