import { SlackApiError } from "../slack/errors.ts";
import type { TimeRange } from "../time.ts";
import type { CallOptions, SlackSource } from "./listing.ts";

/** A second that Slack refuses so often in a row is one that it does not have. */
const REFUSALS_MIN = 3;

/**
 * Look for the first second that Slack lists, where it refuses those before: in
 * about thirty calls, however many years it takes.
 *
 * Only the second before the one that is found is asked for several times. That is
 * enough, since Slack has no gaps: it refuses all before the first that it lists.
 *
 * @param range - epoch seconds: from a second that Slack has just refused, to one
 * that it is expected to list
 * @returns epoch seconds: `from` itself when Slack lists it after all, `until` when
 * it lists none before that
 * @throws what the client throws, save that a range is refused
 */
export async function firstListed(
  slack: SlackSource,
  { from, until }: TimeRange,
  options: CallOptions,
): Promise<number> {
  let first = Math.max(from, until);
  for (;;) {
    let refused = from - 1;
    while (first - refused > 1) {
      const second = refused < from ? from : Math.floor((refused + first) / 2);
      if (await isRefused(slack, second, options)) {
        refused = second;
      } else {
        first = second;
      }
    }
    if (first === from || (await staysRefused(slack, first - 1, options))) return first;
    first -= 1; // it was refused only once: passing over it would lose what it has
  }
}

async function staysRefused(
  slack: SlackSource,
  second: number,
  options: CallOptions,
): Promise<boolean> {
  for (let asked = 1; asked < REFUSALS_MIN; asked++) {
    if (!(await isRefused(slack, second, options))) return false;
  }
  return true;
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
