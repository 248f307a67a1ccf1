import type { FirstListedSearch } from "../ports.ts";
import { SlackApiError } from "../slack/errors.ts";
import { parseLogsPage } from "../slack/page.ts";
import type { TimeRange } from "../time.ts";
import type { CallOptions, ListedPage, SlackSource } from "./listing.ts";

/** A second that Slack refuses so often in a row is one that it does not have. */
const REFUSALS_MIN = 3;

const NOTHING = { page: parseLogsPage(Buffer.from('{"entries":[]}')), next: undefined };

/**
 * Pass over what Slack refuses to list: yields how far the look for its end has
 * come, then the refused range as a page without entries.
 *
 * @param found - how far an earlier look at the range has come
 * @returns the first second after `range.from` that Slack lists
 */
export async function* passOver(
  slack: SlackSource,
  range: TimeRange,
  entriesPerSecond: number,
  options: CallOptions,
  found?: FirstListedSearch,
): AsyncGenerator<ListedPage, number, void> {
  const { from } = range;
  const searches = firstListed(slack, range, options, found);
  let search = await searches.next();
  for (; !search.done; search = await searches.next()) {
    const window = { from, until: from };
    yield { ...NOTHING, window, entriesPerSecond, isRefused: false, search: search.value };
  }
  const window = { from, until: search.value };
  if (search.value > from) yield { ...NOTHING, window, entriesPerSecond, isRefused: true };
  return search.value;
}

/**
 * Look for the first second that Slack lists, where it refuses those before: in
 * about thirty calls, however many years it takes.
 *
 * Only the second before the one that is found is asked for several times. That is
 * enough, since Slack has no gaps: it refuses all before the first that it lists.
 *
 * @param range - epoch seconds: from a second that Slack has just refused, to one
 * that it is expected to list
 * @param search - how far an earlier look at the range has come
 * @returns what is known before and after each call, so that the look can go on from there;
 * at last, in epoch seconds: `from` itself when Slack lists it after all, `until`
 * when it lists none before that
 * @throws what the client throws, save that a range is refused
 */
export async function* firstListed(
  slack: SlackSource,
  { from, until }: TimeRange,
  options: CallOptions,
  search?: FirstListedSearch,
): AsyncGenerator<FirstListedSearch, number, void> {
  const nothingRefused = { refused: from - 1, refusals: 0 };
  let known = search ?? { refused: from, refusals: 1, listed: Math.max(from, until) };
  if (search === undefined) yield known;
  for (let second = nextToAsk(known, from); second !== undefined; second = nextToAsk(known, from)) {
    if (!(await isRefused(slack, second, options))) {
      // One that was refused before was so only once: passing over it would lose what it has.
      known = { ...(second === known.refused ? nothingRefused : known), listed: second };
    } else {
      const refusals = second === known.refused ? known.refusals + 1 : 1;
      known = { ...known, refused: second, refusals };
    }
    yield known;
  }
  return Math.max(from, known.listed);
}

/** @returns nothing when the first second that Slack lists is known */
function nextToAsk(
  { refused, refusals, listed }: FirstListedSearch,
  from: number,
): number | undefined {
  if (listed <= from) return undefined;
  if (refused < from) return from;
  if (listed - refused > 1) return Math.floor((refused + listed) / 2);
  return refusals < REFUSALS_MIN ? refused : undefined;
}

async function isRefused(
  slack: SlackSource,
  second: number,
  options: CallOptions,
): Promise<boolean> {
  try {
    const page = await slack.logsPage({ oldest: second, latest: second, limit: 1 }, options);
    page.release();
    return false;
  } catch (error) {
    if (error instanceof SlackApiError && error.apiCode === "invalid_range") return true;
    throw error;
  }
}
