/**
 * Schema drift: once a day and source, started by EventBridge Scheduler with
 * `{"source": "grid", "apiBase": "https://api.slack.com/audit/v1/"}`. Needs no
 * token: `/actions` and `/schemas` are public.
 *
 * It fails as a whole and may be started again at once: what it reports, it
 * remembers only after the report has gone out.
 */
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { CLIENT_OPTIONS } from "../../lib/aws/client-options.ts";
import { DynamoDbSeenNamesStore } from "../../lib/aws/dynamodb-seen-names-store.ts";
import { SnsNotificationSink } from "../../lib/aws/sns-notification-sink.ts";
import { watchSchema } from "../../lib/detect/schema-watch.ts";
import { AuditLogsClient } from "../../lib/slack/client.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { DEFAULT_BASE_URL } from "../../lib/slack/endpoint.ts";
import {
  BodyErrorRetryHandler,
  ConnectionErrorRetryHandler,
  RateLimitErrorRetryHandler,
  ServerErrorRetryHandler,
} from "../../lib/slack/retry.ts";
import { readEnvironment } from "../environment.ts";
import { METRIC_NAMESPACE, SOURCE_DIMENSION } from "../ingest/metric-names.ts";
import { DRIFT_METRICS } from "./metric-names.ts";

/** Left over when the calls to Slack must be done: for the report and the two writes. */
const RESERVE_MS = 20_000;

const ENVIRONMENT = z.object({
  DETECTION_TABLE: z.string().min(1),
  ALERT_TOPIC_ARN: z.string().startsWith("arn:"),
});
const EVENT = z.object({ source: z.string().min(1), apiBase: z.url().default(DEFAULT_BASE_URL) });

const environment = readEnvironment(ENVIRONMENT);
const logger = new Logger({ serviceName: "drift" });
const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: "drift" });

const vocabulary = new DynamoDbSeenNamesStore(
  DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS)),
  environment.DETECTION_TABLE,
);
const sink = new SnsNotificationSink(new SNSClient(CLIENT_OPTIONS), environment.ALERT_TOPIC_ARN);
const retries = { maxRetryCount: 3 };
const retryHandlers = [
  new ConnectionErrorRetryHandler(retries),
  new RateLimitErrorRetryHandler(retries),
  new ServerErrorRetryHandler(retries),
  new BodyErrorRetryHandler(retries),
];

async function checkSource(event: unknown, context: Context): Promise<void> {
  const { source, apiBase } = EVENT.parse(event);
  const slack = new AuditLogsClient({ baseUrl: apiBase, retryHandlers });
  const deadlineMs = systemClock.nowMs() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const drift = await watchSchema(source, { slack, vocabulary, sink }, { deadlineMs });
  const counts = {
    announced: drift.announced.length,
    withdrawn: drift.withdrawn.length,
    seen: drift.seen.length,
  };
  const { baseline, full } = drift;
  logger.info("compared Slack's vocabulary with the last look", {
    source,
    baseline,
    full,
    ...counts,
  });
  metrics.addDimension(SOURCE_DIMENSION, source);
  for (const [name, count] of Object.entries(counts)) {
    metrics.addMetric(DRIFT_METRICS[name as keyof typeof counts], MetricUnit.Count, count);
  }
}

export const handler = middy<unknown, void>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(logMetrics(metrics))
  .handler(checkSource);
