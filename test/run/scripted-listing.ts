import type { SlackSource } from "../../lib/run/listing.ts";
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
