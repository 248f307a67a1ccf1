/** Spans that the state machine works on at once: while one waits for a page, the other stores its own. */
export const BACKFILL_CONCURRENCY = 2;
