import type { Clock } from "../lib/slack/clock.ts";
import { type Answer, apiError } from "./answer.ts";
import type { FakeCall } from "./call.ts";
import type { EntrySource, WireEntry } from "./entries.ts";
import { EntryList } from "./entry-list.ts";
import { PageBody } from "./page-body.ts";
import { decodeCursor, encodeCursor } from "./page-cursor.ts";
import { toWireJson } from "./wire-json.ts";

/** Slack's own bound on `limit`. */
const MAX_LIMIT = 9999;

/** Slack does not document it. */
const DEFAULT_LIMIT = 100;

const MAX_ACTION_NAMES = 30;

/** A filter with few matches must not keep a call waiting: the page ends, perhaps empty, with a cursor. */
const MAX_SCANNED_ENTRIES = 50_000;

/** How the last page of a listing shows that it is the last. */
export type EndOfListing = "empty_cursor" | "null_cursor" | "no_cursor" | "no_response_metadata";

export interface ListingOptions {
  /** Entries that exist from the start; `add` adds more. */
  entries?: Iterable<WireEntry>;
  /** A generated organization, listed together with the entries above. */
  organization?: EntrySource;
  /** Read `latest` as one third-party client does. @default false */
  latestExclusive?: boolean;
  /** Treat a `latest` after the clock's now as if it were now, instead of `invalid_range`. @default false */
  allowFutureLatest?: boolean;
  /** @default "empty_cursor" */
  endOfListing?: EndOfListing;
  /** A cursor older than this is refused; never when absent. */
  cursorLifetimeMs?: number;
}

export interface ListingStats {
  /** Successful responses of `logs`. */
  pages: number;
  /** Sent in successful responses; repeated listings count each time. */
  entries: number;
  bodyBytes: number;
  /** Read from the sources, including those that a filter dropped. */
  scannedEntries: number;
  /** The most entries that were ever held at once for a listing. */
  largestPageEntries: number;
}

/**
 * What `logs` answers: the entries of an organization, newest first, page by page.
 *
 * Where Slack's documentation is open, this fake decides: pages are cut between
 * seconds only, so that the group that reaches `limit` is sent whole and may exceed it; `limit`
 * is 100 when absent, and outside 1 to 9999, like a time that is not an
 * integer, is `invalid_arguments` (400); `oldest` after `latest` is
 * `invalid_range`; an unknown action name matches nothing.
 */
export class LogsEndpoint {
  readonly #options: ListingOptions;
  readonly #clock: Clock;
  readonly #stats: ListingStats;
  readonly #list = new EntryList();
  #cursorGeneration = 0;

  /** @param stats - counts up while it answers */
  constructor(options: ListingOptions, clock: Clock, stats: ListingStats) {
    this.#options = options;
    this.#clock = clock;
    this.#stats = stats;
    this.#list.add(options.entries ?? []);
  }

  /** @see FakeSlack.add */
  add(entries: Iterable<WireEntry>): void {
    this.#list.add(entries);
  }

  /** @see FakeSlack.visible */
  newestFirst(oldest: number, latest: number, now = this.#nowSeconds()): Iterable<WireEntry> {
    const listed = this.#list.newestFirst(oldest, latest, now);
    const { organization } = this.#options;
    return organization === undefined
      ? listed
      : mergeNewestFirst(organization.newestFirst(oldest, latest, now), listed);
  }

  /** Refuse every cursor returned so far. */
  expireCursors(): void {
    this.#cursorGeneration += 1;
  }

  /** What a healthy Slack answers to a call that it lets in. */
  answer(params: FakeCall["params"]): Answer {
    const now = this.#nowSeconds();
    const latestParam = toInteger(params.latest);
    const oldest = toInteger(params.oldest) ?? 0;
    const limit = toInteger(params.limit) ?? DEFAULT_LIMIT;
    const actions = params.action ? params.action.split(",") : undefined;
    if (Number.isNaN(latestParam) || Number.isNaN(oldest) || !(limit >= 1 && limit <= MAX_LIMIT)) {
      return apiError("invalid_arguments");
    }
    if (latestParam !== undefined && latestParam > now && !this.#options.allowFutureLatest) {
      return apiError("invalid_range");
    }
    if (latestParam !== undefined && oldest > latestParam) {
      return apiError("invalid_range");
    }
    if (actions !== undefined && actions.length > MAX_ACTION_NAMES) {
      return apiError("invalid_action");
    }
    let latest = latestParam ?? now;
    if (latestParam !== undefined && this.#options.latestExclusive) {
      latest -= 1;
    }
    if (params.cursor) {
      const position = decodeCursor(params.cursor);
      if (position === undefined || this.#isExpired(position)) {
        return apiError("invalid_cursor");
      }
      latest = Math.min(latest, position.before - 1);
    }
    const { body, nextBefore } = this.#collect(
      oldest,
      latest,
      now,
      limit,
      (entry) =>
        (actions === undefined || actions.includes(entry.action)) &&
        (!params.actor || entry.actorId === params.actor) &&
        (!params.entity || entry.entityId === params.entity),
    );
    return this.#pageAnswer(body, nextBefore);
  }

  /**
   * One page. It has whole seconds only, so that a cursor needs no more than a second
   * to continue; the second that reaches the limit is completed.
   */
  #collect(
    oldest: number,
    latest: number,
    now: number,
    limit: number,
    matches: (entry: WireEntry) => boolean,
  ): { body: PageBody; nextBefore: number | undefined } {
    const body = new PageBody();
    let second = Number.POSITIVE_INFINITY;
    let scanned = 0;
    let nextBefore: number | undefined;
    for (const entry of this.newestFirst(oldest, latest, now)) {
      const isFull = body.entries >= limit || scanned >= MAX_SCANNED_ENTRIES;
      if (isFull && entry.dateCreate < second) {
        nextBefore = second;
        break;
      }
      second = entry.dateCreate;
      scanned += 1;
      if (matches(entry)) {
        body.add(entry.text);
      }
    }
    this.#stats.scannedEntries += scanned;
    return { body, nextBefore };
  }

  #isExpired(position: { issuedAtMs: number; generation: number }): boolean {
    const ageMs = this.#clock.nowMs() - position.issuedAtMs;
    return (
      position.generation < this.#cursorGeneration ||
      ageMs > (this.#options.cursorLifetimeMs ?? Number.POSITIVE_INFINITY)
    );
  }

  #pageAnswer(page: PageBody, nextBefore: number | undefined): Answer {
    const { entries } = page;
    const body = page.end(this.#responseMetadata(nextBefore));
    this.#stats.pages += 1;
    this.#stats.entries += entries;
    this.#stats.bodyBytes += body.length;
    this.#stats.largestPageEntries = Math.max(this.#stats.largestPageEntries, entries);
    return { status: 200, body, entries };
  }

  #responseMetadata(nextBefore: number | undefined): string {
    if (nextBefore !== undefined) {
      const cursor = encodeCursor({
        before: nextBefore,
        issuedAtMs: this.#clock.nowMs(),
        generation: this.#cursorGeneration,
      });
      return `,"response_metadata":{"next_cursor":${toWireJson(cursor)}}`;
    }
    switch (this.#options.endOfListing ?? "empty_cursor") {
      case "empty_cursor":
        return ',"response_metadata":{"next_cursor":""}';
      case "null_cursor":
        return ',"response_metadata":{"next_cursor":null}';
      case "no_cursor":
        return ',"response_metadata":{}';
      case "no_response_metadata":
        return "";
    }
  }

  /** No entries, and a cursor that goes on from the same place. */
  emptyPage(params: FakeCall["params"]): Answer {
    const position = params.cursor ? decodeCursor(params.cursor) : undefined;
    const latest = toInteger(params.latest) ?? this.#nowSeconds();
    return this.#pageAnswer(new PageBody(), position?.before ?? latest + 1);
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.nowMs() / 1000);
  }
}

/** @returns nothing when absent or empty, NaN when it is not a whole number */
function toInteger(param: string | undefined): number | undefined {
  if (param === undefined || param === "") {
    return undefined;
  }
  return /^\d{1,15}$/.test(param) ? Number(param) : Number.NaN;
}

function* mergeNewestFirst(
  left: Iterable<WireEntry>,
  right: Iterable<WireEntry>,
): Generator<WireEntry> {
  const rights = right[Symbol.iterator]();
  let other = rights.next();
  for (const entry of left) {
    while (!other.done && other.value.dateCreate >= entry.dateCreate) {
      yield other.value;
      other = rights.next();
    }
    yield entry;
  }
  while (!other.done) {
    yield other.value;
    other = rights.next();
  }
}
