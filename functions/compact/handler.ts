/**
 * Compaction: the state machine that closes days → this function, once a day
 * is sealed: `{"op": "compact", "day": "2026-03-02"}`.
 *
 * It waits for Athena; when its time is over, the statement is stopped, and the
 * next call begins again where the lake stands.
 */
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { SOURCE_NAME } from "../../lib/archive/object-key.ts";
import { AthenaDatabase } from "../../lib/aws/athena-database.ts";
import { CLIENT_OPTIONS, S3_OPTIONS } from "../../lib/aws/client-options.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { type CompactSummary, compactDay } from "../../lib/compact/compact-day.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { readEnvironment } from "../environment.ts";
import { type JobStep, nextStep } from "../job-step.ts";
import { RESERVE_MS } from "../source-ports.ts";

const EVENT = z.object({ op: z.literal("compact"), day: z.iso.date() });

const environment = readEnvironment(
  z.object({
    SOURCE: z.string().regex(SOURCE_NAME),
    ARCHIVE_BUCKET: z.string().min(1),
    DATABASE: z.string().min(1),
    WORKGROUP: z.string().min(1),
  }),
);
const source = environment.SOURCE;
const logger = new Logger({ serviceName: "compact", persistentKeys: { source } });
const archive = new S3ArchiveStore(new S3Client(S3_OPTIONS), environment.ARCHIVE_BUCKET);
const athena = new AthenaDatabase(
  new AthenaClient(CLIENT_OPTIONS),
  { database: environment.DATABASE, workgroup: environment.WORKGROUP },
  systemClock,
);

async function handleStep(event: unknown, context: Context): Promise<JobStep & CompactSummary> {
  const { day } = EVENT.parse(event);
  const over = new AbortController();
  const timer = setTimeout(
    () => over.abort(new Error("the function's time is over; the next call begins again")),
    context.getRemainingTimeInMillis() - RESERVE_MS,
  );
  const options = { signal: over.signal };
  try {
    const summary = await compactDay(
      {
        archive,
        statements: {
          execute: (statement) => athena.execute(statement, options),
          query: (sql) => athena.query(sql, options),
        },
      },
      { source, day, bucketName: environment.ARCHIVE_BUCKET },
    );
    logger.info("the day is compacted", { ...summary });
    return { ...nextStep("done", systemClock.nowMs()), ...summary };
  } finally {
    clearTimeout(timer);
  }
}

export const handler = middy<unknown, JobStep & CompactSummary>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(handleStep);
