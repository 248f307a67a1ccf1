import type { FirstListedSearch, PageCursor } from "../ports.ts";
import {
  isRateLimit,
  SlackApiError,
  SlackBodyError,
  SlackConnectionError,
} from "../slack/errors.ts";
import type { LogsPage } from "../slack/page.ts";
import { SECONDS_PER_HOUR, type TimeRange } from "../time.ts";
import { passOver } from "./first-listed.ts";
import { prefetch } from "./prefetch.ts";
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

export interface CallOptions {
  /** Epoch milliseconds; no call or wait begins that does not fit before it. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

/** A page and its place in the walk. */
export interface ListedPage {
  window: TimeRange;
  page: LogsPage;
  /** Where the window goes on; absent when this page completes it. */
  next: PageCursor | undefined;
  /** Density as known after this page. */
  entriesPerSecond: number;
  /** Slack refuses to list the window: it lies before the first second that it has. */
  isRefused: boolean;
  /** How far the look for that second has come; the window is empty then. */
  search?: FirstListedSearch | undefined;
}

/** A walk upwards in time, from `position` to `end`, epoch seconds, `end` excluded. */
export interface Walk {
  position: number;
  end: number;
  /** Epoch seconds: what ends later than an hour before may be refused as lying in the future. */
  now: number;
  /** A window that an earlier run left half read. */
  pageCursor: PageCursor | undefined;
  entriesPerSecond: number;
  pageLimit: number;
  /** Windows may cross hours, so that long spans with few entries take few calls. */
  crossesHours?: boolean | undefined;
  /** Nothing was ever listed below `position`: what Slack has may begin after it. */
  mayBeginLater?: boolean | undefined;
  /** A window that has more is begun again, at most half as long, unless it is a second. @default no limit */
  pagesMax?: number | undefined;
  /** Cuts a window short, where the caller knows that it has more than a page. */
  cut?: ((window: TimeRange) => Promise<TimeRange>) | undefined;
  /** How far an earlier run has come with looking for where it begins. */
  search?: FirstListedSearch | undefined;
}

/** A window that crosses hours grows from an hour to this, as long as one page holds it. */
const REACH_MAX_SECONDS = 24 * SECONDS_PER_HOUR;

/** Slack refuses a cursor again and again: something else is wrong than its age. */
const RESTARTS_MAX = 20;

/** A listing is given up after so many pages in a row that lead no further back in time. */
const IDLE_PAGES_MAX = 1000;

/** Clocks differ by less than this. */
const SKEW_MAX_SECONDS = SECONDS_PER_HOUR;

/**
 * List a span of time, oldest window first, each window to its end; the next
 * page is fetched while the caller works on the last.
 *
 * `latest` is asked one second past the window: it is documented as inclusive,
 * but some clients read it as exclusive. Either way the window is covered, and
 * what lies outside is the caller's to sort out.
 *
 * What a window fails for is met by a smaller one, so that no answer of Slack
 * keeps a source from getting on:
 * - A page cursor is an optimisation. Slack may refuse one, as it expires, or
 *   give one that leads nowhere; then the window starts again, at half its length.
 * - A page that is too large, or cut off again and again, is asked for again
 *   with half the window and half the limit.
 * - A range that Slack refuses because it ends in the future (our clock is
 *   ahead) is cut short; a first one that begins before all that Slack has is
 *   passed over.
 * - One that has more than `pagesMax` pages starts again, at half its length or less.
 *
 * @throws errors of the client, and an EndlessListingError
 */
export function listPages(
  slack: SlackSource,
  walk: Walk,
  { deadlineMs, signal }: CallOptions,
): AsyncGenerator<ListedPage, void, void> {
  const cancelled = new AbortController();
  const either = signal ? AbortSignal.any([cancelled.signal, signal]) : cancelled.signal;
  const pages = walkWindows(slack, walk, { deadlineMs, signal: either });
  return prefetch(pages, () => cancelled.abort(OVER));
}

/** Why a call is given up that was made ahead. Not a new one each time: making it has a cost. */
const OVER = new Error("the walk is over");

async function* walkWindows(
  slack: SlackSource,
  walk: Walk,
  options: CallOptions,
): AsyncGenerator<ListedPage, void, void> {
  let { entriesPerSecond } = walk;
  let position = walk.pageCursor?.oldest ?? walk.position;
  let limit = walk.pageLimit;
  let resumed = walk.pageCursor;
  const earliest = { from: walk.position, until: Math.min(walk.end, walk.now - SKEW_MAX_SECONDS) };
  if (walk.mayBeginLater && walk.search !== undefined) {
    position = yield* passOver(slack, earliest, entriesPerSecond, options, walk.search);
  }
  let secondsMax = Number.POSITIVE_INFINITY;
  let reachSeconds = SECONDS_PER_HOUR;
  let restarts = 0;
  for (;;) {
    const planned: TimeRange | undefined = resumed
      ? { from: resumed.oldest, until: resumed.latest }
      : nextWindow(
          position,
          Math.min(walk.end, position + secondsMax),
          entriesPerSecond,
          limit,
          walk.crossesHours ? reachSeconds : undefined,
        );
    if (planned === undefined) return;
    const window = (resumed ? undefined : await walk.cut?.(planned)) ?? planned;
    const seconds = window.until - window.from;
    let pages = 0;
    let isTooDense = false;
    try {
      for await (const listed of listWindow(slack, window, resumed?.cursor, limit, options)) {
        pages += 1;
        entriesPerSecond = updateDensity(entriesPerSecond, listed.entries, listed.seconds);
        const next = listed.cursor && {
          oldest: window.from,
          latest: window.until,
          cursor: listed.cursor,
        };
        const { page } = listed;
        yield { window, page, next: next || undefined, entriesPerSecond, isRefused: false };
        isTooDense = next !== undefined && pages === walk.pagesMax && seconds > 1;
        if (isTooDense) break;
      }
      if (!isTooDense) position = window.until;
      reachSeconds = pages > 1 ? SECONDS_PER_HOUR : Math.min(2 * reachSeconds, REACH_MAX_SECONDS);
      secondsMax = isTooDense ? Math.floor(seconds / 2) : Number.POSITIVE_INFINITY;
      limit = Math.min(2 * limit, walk.pageLimit);
      restarts = 0;
    } catch (error) {
      const remedy = remedyFor(error, { isResumed: resumed !== undefined && pages === 0 });
      if (remedy === undefined || restarts === RESTARTS_MAX) {
        const isOneSecond = remedy === "no cursor" && seconds === 1;
        throw isOneSecond ? new CrowdedSecondError(window, limit, { cause: error }) : error;
      }
      const isRecent = window.until > walk.now - SKEW_MAX_SECONDS;
      if (remedy === "other range" && isRecent && seconds === 1) {
        return; // our clock is ahead of Slack's: the next run lists it
      }
      const first =
        remedy === "other range" && !isRecent && walk.mayBeginLater && position === walk.position
          ? yield* passOver(slack, earliest, entriesPerSecond, options)
          : window.from;
      if (first > window.from) {
        position = first;
      } else {
        if (remedy === "smaller page") {
          if (limit === 1) throw error;
          limit = Math.floor(limit / 2);
        }
        restarts += 1;
        position = window.from;
        secondsMax = Math.max(1, Math.floor(seconds / 2));
      }
    }
    resumed = undefined;
  }
}

/** What to do with a window that failed: begin it again without its cursor, with smaller pages, or elsewhere. */
function remedyFor(
  error: unknown,
  { isResumed }: { isResumed: boolean },
): "no cursor" | "smaller page" | "other range" | undefined {
  if (error instanceof StuckCursorError) return "no cursor";
  if (
    error instanceof SlackBodyError &&
    (error.problem === "too_large" || error.problem === "cut")
  ) {
    return "smaller page";
  }
  if (error instanceof SlackConnectionError && error.fault === "cut") return "smaller page";
  if (error instanceof SlackBodyError) return isResumed ? "no cursor" : undefined;
  if (!(error instanceof SlackApiError)) return undefined;
  if (error.apiCode === "invalid_cursor") return "no cursor";
  // Of a stored cursor it is not known under which code Slack refuses it, save that it is not one of these.
  const isAboutCursor = !error.tokenRefused && !isRateLimit(error) && error.status !== 403;
  if (isResumed && isAboutCursor) return "no cursor";
  return error.apiCode === "invalid_range" ? "other range" : undefined;
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
    entries += page.table.rows;
    const before = oldest;
    for (let row = 0; row < page.table.rows; row += 1) {
      const dateCreate = page.table.dateCreateOf(row);
      if (dateCreate >= window.from && dateCreate < window.until) {
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
  constructor({ from, until }: TimeRange, problem: string, options?: ErrorOptions) {
    super(
      `the listing from ${from} to ${until} does not end: ${problem}; nothing of it is lost, the next run lists it again`,
      options,
    );
  }
}

/** A second has more entries than a page, and no shorter window does without the cursor. */
class CrowdedSecondError extends EndlessListingError {
  override readonly name = "CrowdedSecondError";
  constructor(window: TimeRange, limit: number, options: ErrorOptions) {
    super(
      window,
      `a second of it, or the one after, has more entries than a page of ${limit}, and Slack refuses every cursor to the next page`,
      options,
    );
  }
}

/** A cursor leads to itself; the window may get on without it. */
class StuckCursorError extends EndlessListingError {
  override readonly name = "StuckCursorError";
}
