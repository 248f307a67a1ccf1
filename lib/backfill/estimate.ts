import { BACKGROUND_CALLS_PER_MINUTE } from "../run/background-pacer.ts";
import type { SlackSource } from "../run/listing.ts";
import { SlackApiError } from "../slack/errors.ts";
import type { LogsPage } from "../slack/page.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR, type TimeRange } from "../time.ts";
import { PRICES } from "./prices.ts";

/** What a backfill would take, from samples: a guess, and it says so. */
export interface Estimate {
  entries: number;
  /** To Slack. */
  calls: number;
  /** At the rate at which a backfill calls, when the live runs leave it alone. */
  minutes: number;
  /** In a deployed stack, to bring the entries in: Lambda, S3 requests, DynamoDB. */
  dollars: number;
  /** And to keep them, in S3 Standard. */
  dollarsPerMonth: number;
  /** Hours that were looked at for it. */
  samples: number;
}

const SAMPLES_MAX = 10;

/** Share of a page that a window fills; see `lib/run/window.ts`. */
const PAGE_FILL = 0.8;

/** Spread over the hours of the day and the days of the week: an irrational share never repeats. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** Compressed, as docs/reference/cost.md assumes. */
const BYTES_PER_ENTRY = 200;

/** Of a Lambda with half a GB; docs/reference/cost.md has the figures behind it. */
const SECONDS_PER_MILLION_ENTRIES = 71;
const SECONDS_PER_CALL = 0.8;
const LAMBDA_GB = 0.5;

/**
 * Look at some hours of the spans and guess the rest.
 *
 * @throws errors of the client
 */
export async function estimateBackfill(
  slack: SlackSource,
  spans: readonly TimeRange[],
  { pageLimit, ...options }: { pageLimit: number; deadlineMs: number; signal: AbortSignal },
): Promise<Estimate> {
  const seconds = spans.reduce((sum, { from, until }) => sum + until - from, 0);
  const samples = Math.min(SAMPLES_MAX, Math.ceil(seconds / SECONDS_PER_HOUR));
  let entriesPerSecond = 0;
  for (let sample = 0; sample < samples; sample++) {
    const offset =
      ((sample + ((sample * GOLDEN_RATIO) % 1)) / samples) * (seconds - SECONDS_PER_HOUR);
    const oldest = secondAt(spans, Math.max(0, Math.floor(offset)));
    const latest = oldest + SECONDS_PER_HOUR;
    const page = await samplePage(slack, { oldest, latest, limit: pageLimit }, options);
    if (page === undefined) continue;
    const { entries, nextCursor } = page;
    const first = entries.reduce(
      (min, { dateCreate = latest }) => Math.min(min, dateCreate),
      latest,
    );
    const covered = nextCursor === undefined ? SECONDS_PER_HOUR : Math.max(1, latest - first);
    entriesPerSecond += entries.length / covered / samples;
    page.release();
  }
  return { ...toEstimate(entriesPerSecond * seconds, seconds, pageLimit), samples };
}

/** @returns nothing when Slack has nothing of that time, and refuses to list it */
async function samplePage(
  slack: SlackSource,
  ...call: Parameters<SlackSource["logsPage"]>
): Promise<LogsPage | undefined> {
  try {
    return await slack.logsPage(...call);
  } catch (error) {
    if (error instanceof SlackApiError && error.apiCode === "invalid_range") return undefined;
    throw error;
  }
}

function toEstimate(
  entries: number,
  seconds: number,
  pageLimit: number,
): Omit<Estimate, "samples"> {
  const days = seconds / SECONDS_PER_DAY;
  const calls = Math.ceil(days) + Math.ceil(entries / (PAGE_FILL * pageLimit));
  const objects = Math.min(entries, 24 * days + calls);
  const listings = 24 * days + calls;
  const lambdaSeconds = (entries / 1e6) * SECONDS_PER_MILLION_ENTRIES + calls * SECONDS_PER_CALL;
  return {
    entries: Math.round(entries),
    calls,
    minutes: Math.ceil(calls / BACKGROUND_CALLS_PER_MINUTE),
    dollars:
      lambdaSeconds * LAMBDA_GB * PRICES.lambdaGbSecond +
      (objects + listings) * PRICES.s3PutOrList +
      calls * PRICES.dynamoDbWrite,
    dollarsPerMonth: ((entries * BYTES_PER_ENTRY) / 1e9) * PRICES.s3StandardGbMonth,
  };
}

/** The second that stands so far into the spans laid end to end. */
function secondAt(spans: readonly TimeRange[], offset: number): number {
  let left = offset;
  for (const { from, until } of spans) {
    if (left < until - from) return from + left;
    left -= until - from;
  }
  return spans.at(-1)?.from ?? 0;
}
