/**
 * Weekly report: once a week, started by EventBridge Scheduler with
 * `{"time": "2026-03-09T06:00:00Z"}`, its own time. It writes the page about the seven whole UTC
 * days before that one, from queries in Athena, and publishes where it is. The file of countries that
 * the stack may put beside its code says from where people logged in.
 *
 * It fails as a whole and may be started again at once: the same days give the same key, so that
 * the page replaces the former one, and the message goes out again.
 */
import { AthenaClient } from "@aws-sdk/client-athena";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { sealedHeadsOf } from "../../lib/archive/sealed-heads.ts";
import { AthenaDatabase } from "../../lib/aws/athena-database.ts";
import { CLIENT_OPTIONS, S3_OPTIONS } from "../../lib/aws/client-options.ts";
import { objectConsoleUrl } from "../../lib/aws/console-url.ts";
import { DynamoDbCheckpointStore } from "../../lib/aws/dynamodb-checkpoint-store.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { SnsNotificationSink } from "../../lib/aws/sns-notification-sink.ts";
import { readGivenContext } from "../../lib/detect/context/read-context.ts";
import { collectReport } from "../../lib/report/collect.ts";
import { renderReport, sectionsOf } from "../../lib/report/page.ts";
import type { ReportData } from "../../lib/report/report-data.ts";
import { toReportNotification, weekBefore } from "../../lib/report/weekly-report.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { SERVICES } from "../../lib/stack/metrics.ts";
import { REPORT_ENVIRONMENT } from "../../lib/stack/report-environment.ts";
import { reportKey } from "../../lib/stack/report-key.ts";
import { nowSeconds } from "../../lib/time.ts";
import packageJson from "../../package.json" with { type: "json" };
import { logFailedLookUps, readContextFiles } from "../context-files.ts";
import { createFunction, type Invocation, withinTime } from "../lambda-function.ts";

const EVENT = z.object({ time: z.iso.datetime() });

const { environment, logger, ...lambda } = createFunction(SERVICES.report, REPORT_ENVIRONMENT);
const { SOURCES: sources, RESULTS_BUCKET: bucket } = environment;
const s3 = new S3Client(S3_OPTIONS);
const archive = new S3ArchiveStore(s3, environment.ARCHIVE_BUCKET);
const athena = new AthenaDatabase(
  new AthenaClient(CLIENT_OPTIONS),
  { database: environment.DATABASE, workgroup: environment.WORKGROUP },
  systemClock,
);
const checkpoints = new DynamoDbCheckpointStore(
  DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS)),
  environment.CHECKPOINT_TABLE,
);
const sink = new SnsNotificationSink(new SNSClient(CLIENT_OPTIONS), environment.ALERT_TOPIC_ARN);

const context = readGivenContext(readContextFiles(import.meta.url));

async function makeReport(event: unknown, invocation: Invocation): Promise<void> {
  const { time } = EVENT.parse(event);
  const period = weekBefore(Date.parse(time) / 1000);
  const data = await withinTime(invocation, (over) => collect(period, over));
  logFailedLookUps(logger, context?.addresses);
  const sections = sectionsOf(data);
  const page = renderReport(data, sections);
  const key = reportKey(period);
  await s3.send(
    new PutObjectCommand({
      ...{ Bucket: bucket, Key: key, Body: page },
      ContentType: "text/html; charset=utf-8",
    }),
  );
  await sink.publish(
    toReportNotification(data, sections, {
      url: objectConsoleUrl(await s3.config.region(), bucket, key),
      location: `s3://${bucket}/${key}`,
    }),
  );
  logger.info("the report is written", { key, characters: page.length });
}

async function collect(period: ReportData["period"], over: AbortSignal): Promise<ReportData> {
  return await collectReport(
    {
      version: packageJson.version,
      archive: `s3://${environment.ARCHIVE_BUCKET}`,
      store: archive,
      sources,
      heads: await sealedHeadsOf(checkpoints, sources),
      addresses: context?.addresses,
      hasAlertLog: environment.ALERT_LOG !== undefined,
      readAll: async (statements, _days, take) => {
        const { taken, scannedBytes } = await athena.readAll(statements, take, over);
        logger.info("the queries are done", { queries: statements.length, scannedBytes });
        return taken;
      },
    },
    { period, generatedAt: nowSeconds(systemClock) },
    over,
  );
}

export const handler = lambda.handler(makeReport);
