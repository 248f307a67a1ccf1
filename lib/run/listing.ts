import type { PageCursor } from "../ports.ts";
import { SlackApiError } from "../slack/errors.ts";
import type { LogsPage } from "../slack/page.ts";
import { SECONDS_PER_HOUR, type TimeRange } from "../time.ts";
import { nextWindow, updateDensity } from "./window.ts";

/** What the engine needs of Slack; the client in `lib/slack` has it. */
export interface SlackSource {
  logsPage(query: LogsQuery, options: CallOptions): Promise<LogsPage>;
}

interface LogsQuery {
  /** Epoch seconds, included. */
  oldest: number;
  /** Epoch seconds; included or not, as Slack reads it. */
  latest: number;
  limit: number;
  cursor?: string | undefined;
}

interface CallOptions {
  /** Epoch milliseconds; no call or wait begins that does not fit before it. */
  deadlineMs: number;
  signal: AbortSignal;
}

/** A page and its place in the walk. */
export interface ListedPage {
  window: TimeRange;
  page: LogsPage;
  /** Where the window goes on; absent when this page completes it. */
  next: PageCursor | undefined;
  /** Density as known after this page. */
  entriesPerSecond: number;
}

/** A walk upwards in time, from `position` to `end`, epoch seconds, `end` excluded. */
export interface Walk {
  position: number;
  end: number;
  /** A window that an earlier run left half read. */
  pageCursor: PageCursor | undefined;
  entriesPerSecond: number;
  pageLimit: number;
  /** Windows may cross hours, so that long spans with few entries take few calls. */
  crossesHours?: boolean | undefined;
}

/** A window that crosses hours grows from an hour to this, as long as one page holds it. */
const REACH_MAX_SECONDS = 24 * SECONDS_PER_HOUR;

/** Slack refuses a cursor again and again: something else is wrong than its age. */
const RESTARTS_MAX = 20;

/** A listing is given up after so many pages in a row that lead no further back in time. */
const IDLE_PAGES_MAX = 1000;

/**
 * List a span of time, oldest window first, each window to its end.
 *
 * `latest` is asked one second past the window: it is documented as inclusive,
 * but some clients read it as exclusive. Either way the window is covered, and
 * what lies outside is the caller's to sort out.
 *
 * A page cursor is an optimisation. Slack may refuse one, as it expires, or give one that leads nowhere; then
 * the window starts again, at half its length, so that a source whose cursors
 * never live long enough still gets on.
 *
 * @throws errors of the client, and an EndlessListingError
 */
export async function* listPages(
  slack: SlackSource,
  walk: Walk,
  options: CallOptions,
): AsyncGenerator<ListedPage, void, void> {
  let { position, entriesPerSecond } = walk;
  let resumed = walk.pageCursor;
  let secondsMax = Number.POSITIVE_INFINITY;
  let reachSeconds = SECONDS_PER_HOUR;
  let restarts = 0;
  for (;;) {
    const window: TimeRange | undefined = resumed
      ? { from: resumed.oldest, until: resumed.latest }
      : nextWindow(
          position,
          Math.min(walk.end, position + secondsMax),
          entriesPerSecond,
          walk.pageLimit,
          walk.crossesHours ? reachSeconds : undefined,
        );
    if (window === undefined) {
      return;
    }
    let pages = 0;
    try {
      for await (const listed of listWindow(
        slack,
        window,
        resumed?.cursor,
        walk.pageLimit,
        options,
      )) {
        pages += 1;
        entriesPerSecond = updateDensity(entriesPerSecond, listed.entries, listed.seconds);
        const next = listed.cursor && {
          oldest: window.from,
          latest: window.until,
          cursor: listed.cursor,
        };
        yield { window, page: listed.page, next: next || undefined, entriesPerSecond };
      }
      position = window.until;
      reachSeconds = pages > 1 ? SECONDS_PER_HOUR : Math.min(2 * reachSeconds, REACH_MAX_SECONDS);
      secondsMax = Number.POSITIVE_INFINITY;
      restarts = 0;
    } catch (error) {
      if (!isUselessCursor(error) || restarts === RESTARTS_MAX) {
        throw error;
      }
      restarts += 1;
      position = window.from;
      secondsMax = Math.max(1, Math.floor((window.until - window.from) / 2));
    }
    resumed = undefined;
  }
}

function isUselessCursor(error: unknown): boolean {
  return (
    (error instanceof SlackApiError && error.apiCode === "invalid_cursor") ||
    error instanceof StuckCursorError
  );
}

interface WindowPage {
  page: LogsPage;
  cursor: string | undefined;
  /** Entries that this listing has shown so far, and the event time that they cover. */
  entries: number;
  seconds: number;
}

async function* listWindow(
  slack: SlackSource,
  window: TimeRange,
  resumedAt: string | undefined,
  limit: number,
  options: CallOptions,
): AsyncGenerator<WindowPage, void, void> {
  let cursor = resumedAt;
  let newest = resumedAt === undefined ? window.until : window.from;
  let oldest = window.until;
  let entries = 0;
  let idlePages = 0;
  do {
    const query = { oldest: window.from, latest: window.until, limit, cursor };
    const page = await slack.logsPage(query, options);
    if (page.nextCursor !== undefined && page.nextCursor === cursor) {
      throw new StuckCursorError(window, "Slack answered a cursor with the same cursor");
    }
    cursor = page.nextCursor;
    entries += page.entries.length;
    const before = oldest;
    for (const { dateCreate } of page.entries) {
      if (dateCreate !== undefined && dateCreate >= window.from && dateCreate < window.until) {
        newest = Math.max(newest, dateCreate);
        oldest = Math.min(oldest, dateCreate);
      }
    }
    idlePages = oldest < before ? 0 : idlePages + 1;
    if (idlePages > IDLE_PAGES_MAX) {
      throw new EndlessListingError(window, `${idlePages} pages in a row led no further back`);
    }
    yield {
      page,
      cursor,
      entries,
      seconds: newest - (cursor === undefined ? window.from : oldest),
    };
  } while (cursor !== undefined);
}

/** Slack's listing of a window does not come to an end. */
class EndlessListingError extends Error {
  override readonly name: string = "EndlessListingError";
  readonly code = "endless_listing";
  constructor({ from, until }: TimeRange, problem: string) {
    super(
      `the listing from ${from} to ${until} does not end: ${problem}; nothing of it is lost, the next run lists it again`,
    );
  }
}

/** A cursor leads to itself; the window may get on without it. */
class StuckCursorError extends EndlessListingError {
  override readonly name = "StuckCursorError";
}
