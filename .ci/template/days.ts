/** The days of the jobs, by where the deployed live runs begin. */
import { readFileSync } from "node:fs";
import type { EntrySource } from "../../fake-slack/entries.ts";
import { dayOf, SECONDS_PER_DAY } from "../../lib/time.ts";

/** Of `jobs.config.ts`. */
export const STACK_NAME = "SlackAuditLakeJobs";

const [, deployedFirstStart = ""] =
  /"FIRST_START":\s*"([^"]+)"/.exec(
    readFileSync(`cdk.out/jobs/${STACK_NAME}.template.json`, "utf8"),
  ) ?? [];

/** Epoch seconds, two days ago. */
export const FIRST_START = Date.parse(deployedFirstStart) / 1000;
const startOf = (day: number) => FIRST_START + day * SECONDS_PER_DAY;

/** Epoch seconds: two days for the backfill, two for the live runs. */
export const QUARANTINED = startOf(-2);
export const EMPTY = startOf(-1);
export const UNSEALABLE = startOf(0);
/** Excluded. */
export const SETTLED_UNTIL = startOf(2);

/** All that are settled. */
export const DAYS = [QUARANTINED, EMPTY, UNSEALABLE, startOf(1)].map(dayOf);

/** @param start - of a day, epoch seconds */
export function isIn(start: number, time: number): boolean {
  return time >= start && time < start + SECONDS_PER_DAY;
}

/** @param start - of the day that is left out, epoch seconds */
export function withoutDay(start: number, source: EntrySource): EntrySource {
  return {
    *newestFirst(...listed) {
      for (const entry of source.newestFirst(...listed)) {
        if (!isIn(start, entry.dateCreate)) yield entry;
      }
    },
  };
}
