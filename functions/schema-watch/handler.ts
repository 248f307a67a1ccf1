/**
 * Schema watch: once a day and source, started by EventBridge Scheduler with
 * `{"source": "grid", "apiBase": "https://api.slack.com/audit/v1/"}`. Needs no
 * token: `/actions` and `/schemas` are public.
 *
 * It fails as a whole and may be started again at once: what it reports, it
 * remembers only after the report has gone out.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { CLIENT_OPTIONS } from "../../lib/aws/client-options.ts";
import { DynamoDbSeenNamesStore } from "../../lib/aws/dynamodb-seen-names-store.ts";
import { SnsNotificationSink } from "../../lib/aws/sns-notification-sink.ts";
import { watchSchema } from "../../lib/detect/schema-watch.ts";
import { AuditLogsClient } from "../../lib/slack/client.ts";
import { DEFAULT_BASE_URL } from "../../lib/slack/endpoint.ts";
import {
  BodyErrorRetryHandler,
  ConnectionErrorRetryHandler,
  RateLimitErrorRetryHandler,
  ServerErrorRetryHandler,
} from "../../lib/slack/retry.ts";
import { SCHEMA_WATCH_ENVIRONMENT } from "../../lib/stack/environment.ts";
import { SCHEMA_WATCH_METRICS, SERVICES, SOURCE_DIMENSION } from "../../lib/stack/metrics.ts";
import { addCounts, createFunction, type Invocation } from "../lambda-function.ts";
import { slackConnections } from "../slack-connections.ts";

const EVENT = z.object({ source: z.string().min(1), apiBase: z.url().default(DEFAULT_BASE_URL) });

/** For the report and the two writes, once the calls to Slack are done. */
const RESERVE_MS = 20_000;

const { environment, logger, metrics, ...lambda } = createFunction(
  SERVICES.schemaWatch,
  SCHEMA_WATCH_ENVIRONMENT,
  RESERVE_MS,
);
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

async function checkSource(event: unknown, { deadlineMs }: Invocation): Promise<void> {
  const { source, apiBase } = EVENT.parse(event);
  const dispatcher = slackConnections(apiBase);
  const slack = new AuditLogsClient({ baseUrl: apiBase, dispatcher, retryHandlers });
  const changes = await watchSchema(source, { slack, vocabulary, sink }, { deadlineMs });
  const counts = {
    announced: changes.announced.length,
    withdrawn: changes.withdrawn.length,
    seen: changes.seen.length,
  };
  const { baseline, full } = changes;
  logger.info("compared Slack's vocabulary with the last look", {
    source,
    baseline,
    full,
    ...counts,
  });
  metrics.addDimension(SOURCE_DIMENSION, source);
  addCounts(metrics, SCHEMA_WATCH_METRICS, counts);
}

export const handler = lambda.handler(checkSource);
