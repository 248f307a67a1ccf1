import { expect } from "vitest";
import { type ListedPage, listPages, type SlackSource, type Walk } from "../../lib/run/listing.ts";
import { SlackApiError } from "../../lib/slack/errors.ts";
import { type LogsPage, parseLogsPage } from "../../lib/slack/page.ts";

export type Query = Parameters<SlackSource["logsPage"]>[0];

interface Script {
  /** Epoch seconds of the entries, in any order; the id of each is its place. */
  times: readonly number[];
  /** Throws what Slack answers instead; `call` counts from 1. */
  fail?: (query: Query, call: number) => void;
  /** Cursor of the page that begins at an offset. @default one that works */
  cursorAt?: (offset: number) => string;
}

/** A listing as Slack gives it, newest first, whose failures are scripted. */
export class ScriptedListing implements SlackSource {
  readonly queries: Query[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async logsPage(query: Query): Promise<LogsPage> {
    const { times, fail, cursorAt = (offset) => `at:${offset}` } = this.#script;
    this.queries.push(query);
    fail?.(query, this.queries.length);
    const { oldest, latest, limit, cursor } = query;
    const offset = cursor === undefined ? 0 : Number(cursor.split(":")[1]);
    const matching = times
      .map((time, id) => ({ id: `e${id}`, date_create: time }))
      .filter(({ date_create }) => date_create >= oldest && date_create <= latest)
      .sort((a, b) => b.date_create - a.date_create);
    const hasMore = matching.length > offset + limit;
    return parseLogsPage(
      Buffer.from(
        JSON.stringify({
          entries: matching.slice(offset, offset + limit),
          response_metadata: { next_cursor: hasMore ? cursorAt(offset + limit) : "" },
        }),
      ),
    );
  }

  get calls(): number {
    return this.queries.length;
  }
}

/** What Slack answers when it refuses a call. */
export function refusal(apiCode: string, status = 400): SlackApiError {
  return new SlackApiError({ apiCode, status });
}

/** Slack refuses every range that begins before a second. */
export function beginsAt(first: number): (query: Query) => void {
  return ({ oldest }) => {
    if (oldest < first) throw refusal("invalid_range");
  };
}

/** On the hour. */
export const START = Date.UTC(2026, 2, 2, 9) / 1000;
export const HOUR = 3600;
export const DAY = 24 * HOUR;

export const WALK: Walk = {
  position: START,
  end: START + 2 * HOUR,
  now: START + 10 * DAY,
  pageCursor: undefined,
  entriesPerSecond: 0,
  pageLimit: 100,
};

/** One entry every so many seconds. */
export function every(seconds: number, { from = START, until = START + 2 * HOUR } = {}): number[] {
  return Array.from({ length: Math.ceil((until - from) / seconds) }, (_, i) => from + i * seconds);
}

interface Walked {
  pages: ListedPage[];
  /** Ids of the entries that belong to the window of their page. */
  ids: Set<string>;
  /** Epoch seconds up to which all is listed. */
  position: number;
}

export async function walk(slack: ScriptedListing, settings: Partial<Walk> = {}): Promise<Walked> {
  const whole = { ...WALK, ...settings };
  const pages: ListedPage[] = [];
  const ids = new Set<string>();
  let position = whole.position;
  const listed = listPages(slack, whole, { deadlineMs: Number.POSITIVE_INFINITY });
  for await (const each of listed) {
    pages.push(each);
    // A window begins where all before it is listed.
    expect(each.window.from).toBe(position);
    for (const { id, dateCreate = 0 } of each.page.entries) {
      if (dateCreate >= each.window.from && dateCreate < each.window.until) ids.add(String(id));
    }
    if (each.next === undefined) position = each.window.until;
  }
  return { pages, ids, position };
}

export const all = (times: readonly number[]) => new Set(times.map((_, i) => `e${i}`));
