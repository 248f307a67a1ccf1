/**
 * Columns: the state machine that seals days → this function, once days are
 * sealed.
 *
 * - `{"op": "plan"}`: the next sealed day that the columns table lacks, oldest first
 * - `{"op": "compact", "day": "2026-03-02"}`: put one of them there
 *
 * It waits for Athena; when its time is over, the statement is stopped, and the
 * next call starts from what is there. A day whose lines are not what
 * was sealed is counted and left to them: it would keep no other day waiting.
 */
import { randomUUID } from "node:crypto";
import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import * as z from "zod";
import { AthenaColumnsStore } from "../../lib/aws/athena-columns-store.ts";
import { AthenaDatabase } from "../../lib/aws/athena-database.ts";
import { CLIENT_OPTIONS, S3_OPTIONS } from "../../lib/aws/client-options.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import {
  ColumnsError,
  type ColumnsSummary,
  writeDayColumns,
} from "../../lib/columns/write-day-columns.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { COLUMNS_ENVIRONMENT } from "../../lib/stack/environment.ts";
import { COLUMNS_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import { type JobStep, nextStep } from "../job-step.ts";
import { addCounts, createFunction, type Invocation, withinTime } from "../lambda-function.ts";
import { PLAN_EVENT, type Plan, planNextDay } from "../planned-day.ts";

const EVENT = z.discriminatedUnion("op", [
  PLAN_EVENT,
  z.object({ op: z.literal("compact"), day: z.iso.date() }),
]);

/** No day is begun later in an execution: it is over when the next one starts. */
const HOURS_MAX = 22;

const { environment, logger, metrics, ...lambda } = createFunction(
  SERVICES.columns,
  COLUMNS_ENVIRONMENT,
);
const source = environment.SOURCE;
const archive = new S3ArchiveStore(new S3Client(S3_OPTIONS), environment.ARCHIVE_BUCKET);
const athena = new AthenaDatabase(
  new AthenaClient(CLIENT_OPTIONS),
  { database: environment.DATABASE, workgroup: environment.WORKGROUP },
  systemClock,
);

async function handleStep(
  event: unknown,
  invocation: Invocation,
): Promise<Plan | (JobStep & Partial<ColumnsSummary>)> {
  const asked = EVENT.parse(event);
  if (asked.op === "plan") {
    const days = await columnsWithin().missingDays(source);
    const limits = { hoursMax: HOURS_MAX, nowMs: systemClock.nowMs() };
    const next = planNextDay(days, asked, limits);
    logger.info("days to compact", { days: days.length, first: days.at(0), ...next });
    return next;
  }
  const summary = await writeColumns(asked.day, invocation);
  addCounts(metrics, COLUMNS_METRICS, {
    written: summary?.isNew ? 1 : 0,
    notWritten: summary ? 0 : 1,
  });
  return { ...nextStep("done", systemClock.nowMs()), ...summary };
}

/** @returns nothing when the columns table cannot have the day */
async function writeColumns(
  day: string,
  invocation: Invocation,
): Promise<ColumnsSummary | undefined> {
  try {
    const summary = await withinTime(invocation, (over) =>
      writeDayColumns(archive, columnsWithin(over), source, day),
    );
    logger.info(summary.awaitsSeal ? "the day is to be sealed again" : "the day is compacted", {
      ...summary,
    });
    return summary;
  } catch (error) {
    if (!(error instanceof ColumnsError)) throw error;
    logger.error(error.message, { day, code: error.code });
    return undefined;
  }
}

/** @param signal - stops the statement that runs */
function columnsWithin(signal?: AbortSignal): AthenaColumnsStore {
  const statements = {
    execute: (statement: string) => athena.execute(statement, { signal }),
    query: (sql: string) => athena.query(sql, { signal }),
  };
  return new AthenaColumnsStore(
    archive,
    statements,
    () => `s3://${environment.COLUMNS_BUCKET}/${randomUUID()}/`,
  );
}

export const handler = lambda.handler(handleStep);
